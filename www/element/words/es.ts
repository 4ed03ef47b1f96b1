import { joined, number, type Words } from "./words.js";

const counted = (count: number, one: string, many: string) => `${number("es", count)} ${count === 1 ? one : many}`;

export const words: Words = {
  search: "Buscar",
  placeholder: "Palabras, o lo que quiere decir",
  close: "Cerrar",
  results: "Resultados",

  lookThrough: "Buscar por",
  both: "Ambos",
  words: "Palabras",
  meaning: "Significado",
  foundBy: (keyword, semantic) =>
    `Encontrado por ${joined([keyword !== null && `sus palabras (n.º ${keyword})`, semantic !== null && `su significado (n.º ${semantic})`], " y ")}`,
  madeBy: (words, meaning, encoder) => joined([words && "palabras", meaning && `significado${encoder ? ` (${encoder})` : ""}`], " y "),

  invitation: (pages, sections, byMeaning) =>
    `Busque en ${counted(pages, "página", "páginas")} y ${counted(sections, "sección", "secciones")}, por sus palabras${byMeaning ? " y por su significado" : ""}.`,
  hint: "Escriba una palabra, un nombre del código o una pregunta.",
  loading: "Preparando…",
  found: (pages, more) => counted(pages, "página", "páginas") + (more > 0 ? `, ${number("es", more)} más por significado` : ""),
  nothing: "No se encontró nada",
  nothingFor: (text) => `No se encontró nada para «${text}».`,
  fewerWords: "Con menos palabras, o con otras para lo mismo, quizá encuentre más.",
  lookThroughBoth: "Buscar por palabras y significado",
  noMeaning: "No se puede encontrar nada por significado",
  showMore: "Mostrar más",
  allResults: "Todos los resultados",

  filter: "Filtrar",
  filtersChosen: (count) => `Filtrar: ${counted(count, "elegido", "elegidos")}`,
  clearFilters: "Quitar filtros",
  moreValues: (count) => `${number("es", count)} más`,
  yes: "sí",
  no: "no",
  fields: { section: "Sección", lang: "Idioma", author: "Autor", tags: "Tema", category: "Categoría", version: "Versión", date: "Fecha", year: "Año" },

  offline: "No hay conexión.",
  offlinePart: "No hay conexión: esto es lo que saben las partes ya cargadas.",
  unreachable: "No se puede acceder al sitio.",
  broken: "La búsqueda no funciona en este momento.",
  instead: (word, meant) => `Se ha buscado «${meant}» en lugar de «${word}».`,
  relaxed: "Ninguna página tiene exactamente lo pedido: solo se han buscado las palabras.",
  partMissing: "No se pudo leer una parte del índice; puede faltar algo",
  partFailed: "Una parte de la búsqueda no funcionó",
  tryAgain: "Reintentar",
  plainForm: "Buscar sin ella",

  recent: "Búsquedas recientes",
  forget: "Olvidarlas",

  model: "El modelo para el significado",
  betterAnswers: "Mejores respuestas a preguntas completas:",
  meaningToo: "Buscar también por significado:",
  modelSize: (megabytes) => `un modelo de ${megabytes} MB, que se descarga una vez y se guarda en este dispositivo.`,
  load: "Cargarlo",
  notNow: "Ahora no",
  cancel: "Cancelar",
  preparing: "Preparando el modelo…",
  downloading: (loaded, total) => `Descargando el modelo: ${loaded} de ${total} MB`,
  fromCache: "Abriendo el modelo guardado en este dispositivo",
  starting: "Iniciando el modelo",
  modelFailed: "No se pudo cargar el modelo.",
  modelAbsent: "El modelo aún no está en este dispositivo; se puede cargar cuando vuelva la conexión.",

  toMove: "moverse",
  toOpen: "abrir",
  toClose: "cerrar",
};
