import { joined, number, type Words } from "./words.js";

const counted = (count: number, noun: string) => `${number("en", count)} ${noun}${count === 1 ? "" : "s"}`;

export const words: Words = {
  search: "Search",
  placeholder: "Words, or what you mean",
  close: "Close",
  results: "Results",

  lookThrough: "Look through",
  both: "Both",
  words: "Words",
  meaning: "Meaning",
  foundBy: (keyword, semantic) =>
    `Found by ${joined([keyword !== null && `its words (no. ${keyword})`, semantic !== null && `its meaning (no. ${semantic})`], " and ")}`,
  madeBy: (words, meaning, encoder) => joined([words && "words", meaning && `meaning${encoder ? ` (${encoder})` : ""}`], " and "),

  invitation: (pages, sections, byMeaning) =>
    `Search ${counted(pages, "page")}, ${counted(sections, "section")}, by their words${byMeaning ? " and by what they mean" : ""}.`,
  hint: "Type a word, a name from the code, or a question of your own.",
  loading: "Getting ready …",
  found: (pages, more) => counted(pages, "page") + (more > 0 ? `, ${number("en", more)} more by meaning` : ""),
  nothing: "Nothing found",
  nothingFor: (text) => `Nothing found for “${text}”.`,
  fewerWords: "Fewer words, or others for the same thing, may find more.",
  lookThroughBoth: "Look through both lenses",
  noMeaning: "Nothing can be found by meaning",
  showMore: "Show more",
  allResults: "All results",

  filter: "Filter",
  filtersChosen: (count) => `Filter: ${number("en", count)} chosen`,
  clearFilters: "Clear filters",
  moreValues: (count) => `${number("en", count)} more`,
  yes: "yes",
  no: "no",
  fields: { section: "Section", lang: "Language", author: "Author", tags: "Topic", category: "Category", version: "Version", date: "Date", year: "Year" },

  offline: "You are offline.",
  offlinePart: "You are offline: this is what the parts that are already here know.",
  unreachable: "The site cannot be reached.",
  broken: "The search does not work just now.",
  instead: (word, meant) => `Searched for “${meant}” in place of “${word}”.`,
  relaxed: "No page has just what was asked for: searched for the words alone.",
  partMissing: "Part of the index could not be read, so something may be missing",
  partFailed: "Part of the search did not work",
  tryAgain: "Try again",
  plainForm: "Search without it",

  recent: "Recent searches",
  forget: "Forget them",

  model: "The model for meaning",
  betterAnswers: "Better answers to whole questions:",
  meaningToo: "Search by meaning, too:",
  modelSize: (megabytes) => `a ${megabytes} MB model, downloaded once and kept on this device.`,
  load: "Load it",
  notNow: "Not now",
  cancel: "Cancel",
  preparing: "Getting the model ready …",
  downloading: (loaded, total) => `Downloading the model: ${loaded} of ${total} MB`,
  fromCache: "Opening the model kept on this device",
  starting: "Starting the model",
  modelFailed: "The model could not be loaded.",
  modelAbsent: "The model is not on this device yet: load it once you are online.",

  toMove: "to move",
  toOpen: "to open",
  toClose: "to close",
};
