import { joined, number, type Words } from "./words.js";

const counted = (count: number, one: string, many: string) => `${number("de", count)} ${count === 1 ? one : many}`;

export const words: Words = {
  search: "Suche",
  placeholder: "Wörter, oder was Sie meinen",
  close: "Schließen",
  results: "Ergebnisse",

  lookThrough: "Suchen nach",
  both: "Beidem",
  words: "Wörtern",
  meaning: "Bedeutung",
  foundBy: (keyword, semantic) =>
    `Gefunden über ${joined([keyword !== null && `die Wörter (Nr. ${keyword})`, semantic !== null && `die Bedeutung (Nr. ${semantic})`], " und ")}`,
  madeBy: (words, meaning, encoder) => joined([words && "Wörter", meaning && `Bedeutung${encoder ? ` (${encoder})` : ""}`], " und "),

  invitation: (pages, sections, byMeaning) =>
    `${counted(pages, "Seite", "Seiten")} mit ${counted(sections, "Abschnitt", "Abschnitten")}, durchsuchbar nach Wörtern${byMeaning ? " und Bedeutung" : ""}.`,
  hint: "Geben Sie ein Wort, einen Namen aus dem Code oder eine Frage ein.",
  loading: "Wird vorbereitet …",
  found: (pages, more) => counted(pages, "Seite", "Seiten") + (more > 0 ? `, ${number("de", more)} weitere über die Bedeutung` : ""),
  nothing: "Nichts gefunden",
  nothingFor: (text) => `Nichts gefunden zu „${text}“.`,
  fewerWords: "Weniger oder andere Wörter für dieselbe Sache finden vielleicht mehr.",
  lookThroughBoth: "Nach beidem suchen",
  noMeaning: "Über die Bedeutung lässt sich nichts finden",
  showMore: "Mehr anzeigen",
  allResults: "Alle Ergebnisse",

  filter: "Filter",
  filtersChosen: (count) => `Filter: ${number("de", count)} gewählt`,
  clearFilters: "Filter aufheben",
  moreValues: (count) => `${number("de", count)} weitere`,
  yes: "ja",
  no: "nein",
  fields: { section: "Bereich", lang: "Sprache", author: "Autor", tags: "Thema", category: "Kategorie", version: "Version", date: "Datum", year: "Jahr" },

  offline: "Sie sind offline.",
  offlinePart: "Sie sind offline: Hier steht, was die schon geladenen Teile wissen.",
  unreachable: "Die Website ist nicht erreichbar.",
  broken: "Die Suche funktioniert gerade nicht.",
  instead: (word, meant) => `Gesucht wurde „${meant}“ statt „${word}“.`,
  relaxed: "Keine Seite hat genau das Gesuchte: Gesucht wurde nur nach den Wörtern.",
  partMissing: "Ein Teil des Index ließ sich nicht lesen, es kann etwas fehlen",
  partFailed: "Ein Teil der Suche ist ausgefallen",
  tryAgain: "Noch einmal versuchen",
  plainForm: "Ohne sie suchen",

  recent: "Letzte Suchen",
  forget: "Vergessen",

  model: "Das Modell für Bedeutung",
  betterAnswers: "Bessere Antworten auf ganze Fragen:",
  meaningToo: "Auch nach Bedeutung suchen:",
  modelSize: (megabytes) => `ein Modell von ${megabytes} MB, einmal geladen und auf diesem Gerät behalten.`,
  load: "Laden",
  notNow: "Nicht jetzt",
  cancel: "Abbrechen",
  preparing: "Das Modell wird vorbereitet …",
  downloading: (loaded, total) => `Das Modell wird geladen: ${loaded} von ${total} MB`,
  fromCache: "Das auf diesem Gerät behaltene Modell wird geöffnet",
  starting: "Das Modell wird gestartet",
  modelFailed: "Das Modell konnte nicht geladen werden.",
  modelAbsent: "Das Modell ist noch nicht auf diesem Gerät: Laden Sie es, sobald Sie wieder online sind.",

  toMove: "bewegen",
  toOpen: "öffnen",
  toClose: "schließen",
};
