/** What the search page says about the element, in the page's language. */

/** One language. */
interface PageWords {
  /** The page's title before the site's is known. */
  search: string;
  searchOf: (title: string) => string;
  /** What keys do, each after its name. */
  type: string;
  move: string;
  enter: string;
  back: string;
  privacy: string;
  keep: string;
  keeping: string;
  keepingSo: (kept: string, total: string) => string;
  kept: string;
  notKept: (why: string) => string;
}

const en: PageWords = {
  search: "Search",
  searchOf: (title) => `Search ${title}`,
  type: "to type",
  move: "to move",
  enter: "to open",
  back: "to come back",
  privacy: "Everything happens on this device: what you type stays here.",
  keep: "Keep for offline use",
  keeping: "Keeping …",
  keepingSo: (kept, total) => `Keeping ${kept} of ${total} MB …`,
  kept: "This search works offline.",
  notKept: (why) => `It could not be kept: ${why}.`,
};

const ALL: Record<string, PageWords> = {
  en,
  de: {
    search: "Suche",
    searchOf: (title) => `${title} durchsuchen`,
    type: "zum Tippen",
    move: "zum Bewegen",
    enter: "zum Öffnen",
    back: "zurück",
    privacy: "Alles geschieht auf diesem Gerät: Was Sie eingeben, bleibt hier.",
    keep: "Für die Offline-Nutzung speichern",
    keeping: "Wird gespeichert …",
    keepingSo: (kept, total) => `${kept} von ${total} MB gespeichert …`,
    kept: "Diese Suche funktioniert offline.",
    notKept: (why) => `Speichern war nicht möglich: ${why}.`,
  },
  es: {
    search: "Buscar",
    searchOf: (title) => `Buscar en ${title}`,
    type: "para escribir",
    move: "para moverse",
    enter: "para abrir",
    back: "para volver",
    privacy: "Todo ocurre en este dispositivo: lo que escribe no sale de aquí.",
    keep: "Guardar para usar sin conexión",
    keeping: "Guardando…",
    keepingSo: (kept, total) => `Guardando ${kept} de ${total} MB…`,
    kept: "Esta búsqueda funciona sin conexión.",
    notKept: (why) => `No se pudo guardar: ${why}.`,
  },
  fr: {
    search: "Recherche",
    searchOf: (title) => `Rechercher dans ${title}`,
    type: "pour écrire",
    move: "pour se déplacer",
    enter: "pour ouvrir",
    back: "pour revenir",
    privacy: "Tout se passe sur cet appareil : ce que vous tapez y reste.",
    keep: "Conserver pour un usage hors ligne",
    keeping: "Enregistrement…",
    keepingSo: (kept, total) => `${kept} Mo sur ${total} Mo enregistrés…`,
    kept: "Cette recherche fonctionne hors ligne.",
    notKept: (why) => `L’enregistrement a échoué : ${why}.`,
  },
  ja: {
    search: "検索",
    searchOf: (title) => `${title}を検索`,
    type: "入力",
    move: "移動",
    enter: "開く",
    back: "戻る",
    privacy: "すべてこの端末で処理され、入力した内容が外に送られることはありません。",
    keep: "オフラインでも使えるように保存",
    keeping: "保存しています…",
    keepingSo: (kept, total) => `${total} MB のうち ${kept} MB を保存しました…`,
    kept: "この検索はオフラインでも使えます。",
    notKept: (why) => `保存できませんでした: ${why}`,
  },
  ko: {
    search: "검색",
    searchOf: (title) => `${title} 검색`,
    type: "입력",
    move: "이동",
    enter: "열기",
    back: "돌아가기",
    privacy: "모든 일이 이 기기에서 이루어지며, 입력한 내용은 밖으로 나가지 않습니다.",
    keep: "오프라인에서도 쓰도록 저장",
    keeping: "저장하는 중…",
    keepingSo: (kept, total) => `저장하는 중: ${total}MB 중 ${kept}MB`,
    kept: "오프라인에서도 검색할 수 있습니다.",
    notKept: (why) => `저장하지 못했습니다: ${why}`,
  },
  zh: {
    search: "搜索",
    searchOf: (title) => `搜索 ${title}`,
    type: "输入",
    move: "移动",
    enter: "打开",
    back: "返回",
    privacy: "一切都在此设备上进行，您输入的内容不会离开这里。",
    keep: "保存以供离线使用",
    keeping: "正在保存…",
    keepingSo: (kept, total) => `正在保存：${total} MB 中的 ${kept} MB`,
    kept: "此搜索可离线使用。",
    notKept: (why) => `无法保存：${why}`,
  },
};

/** Those of the page's language; English where it is none of these. */
export const words = ALL[document.documentElement.lang.toLowerCase().split("-")[0] ?? ""] ?? en;

/** Puts the language's texts in the places that name them. */
export function speak(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-says]")) {
    const said = words[place.dataset["says"] as keyof PageWords];
    if (typeof said === "string") place.textContent = said;
  }
}
