import { joined, number, type Words } from "./words.js";

// In French, zero is singular.
const counted = (count: number, noun: string) => `${number("fr", count)} ${noun}${count < 2 ? "" : "s"}`;

export const words: Words = {
  search: "Rechercher",
  placeholder: "Des mots, ou ce que vous voulez dire",
  close: "Fermer",
  results: "Résultats",

  lookThrough: "Chercher par",
  both: "Les deux",
  words: "Mots",
  meaning: "Sens",
  foundBy: (keyword, semantic) =>
    `Trouvé par ${joined([keyword !== null && `ses mots (nº ${keyword})`, semantic !== null && `son sens (nº ${semantic})`], " et ")}`,
  madeBy: (words, meaning, encoder) => joined([words && "mots", meaning && `sens${encoder ? ` (${encoder})` : ""}`], " et "),

  invitation: (pages, sections, byMeaning) =>
    `Recherche dans ${counted(pages, "page")} et ${counted(sections, "section")}, par les mots${byMeaning ? " et par le sens" : ""}.`,
  hint: "Tapez un mot, un nom tiré du code ou une question.",
  loading: "Préparation…",
  found: (pages, more) => counted(pages, "page") + (more > 0 ? `, ${number("fr", more)} de plus par le sens` : ""),
  nothing: "Aucun résultat",
  nothingFor: (text) => `Aucun résultat pour « ${text} ».`,
  fewerWords: "Moins de mots, ou d’autres mots pour la même chose, trouveront peut-être plus.",
  lookThroughBoth: "Chercher par les mots et par le sens",
  noMeaning: "Rien ne peut être trouvé par le sens",
  showMore: "Afficher plus",
  allResults: "Tous les résultats",

  filter: "Filtrer",
  filtersChosen: (count) => `Filtrer : ${counted(count, "choisi")}`,
  clearFilters: "Effacer les filtres",
  moreValues: (count) => `${number("fr", count)} de plus`,
  yes: "oui",
  no: "non",
  fields: { section: "Section", lang: "Langue", author: "Auteur", tags: "Sujet", category: "Catégorie", version: "Version", date: "Date", year: "Année" },

  offline: "Vous êtes hors ligne.",
  offlinePart: "Vous êtes hors ligne : voici ce que savent les parties déjà chargées.",
  unreachable: "Le site est injoignable.",
  broken: "La recherche ne fonctionne pas pour le moment.",
  instead: (word, meant) => `Recherche de « ${meant} » au lieu de « ${word} ».`,
  relaxed: "Aucune page ne contient exactement ce qui est demandé : seuls les mots ont été cherchés.",
  partMissing: "Une partie de l’index n’a pas pu être lue, il peut manquer quelque chose",
  partFailed: "Une partie de la recherche n’a pas fonctionné",
  tryAgain: "Réessayer",
  plainForm: "Chercher sans elle",

  recent: "Recherches récentes",
  forget: "Les oublier",

  model: "Le modèle pour le sens",
  betterAnswers: "De meilleures réponses aux questions complètes :",
  meaningToo: "Chercher aussi par le sens :",
  modelSize: (megabytes) => `un modèle de ${megabytes} Mo, téléchargé une fois et gardé sur cet appareil.`,
  load: "Le charger",
  notNow: "Pas maintenant",
  cancel: "Annuler",
  preparing: "Préparation du modèle…",
  downloading: (loaded, total) => `Téléchargement du modèle : ${loaded} sur ${total} Mo`,
  fromCache: "Ouverture du modèle gardé sur cet appareil",
  starting: "Démarrage du modèle",
  modelFailed: "Le modèle n’a pas pu être chargé.",
  modelAbsent: "Le modèle n’est pas encore sur cet appareil ; il pourra être chargé une fois la connexion revenue.",

  toMove: "se déplacer",
  toOpen: "ouvrir",
  toClose: "fermer",
};
