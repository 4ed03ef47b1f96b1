import { joined, number, type Words } from "./words.js";

export const words: Words = {
  search: "搜索",
  placeholder: "关键词，或您想表达的意思",
  close: "关闭",
  results: "搜索结果",

  lookThrough: "查找方式",
  both: "两者",
  words: "词语",
  meaning: "含义",
  foundBy: (keyword, semantic) =>
    `通过${joined([keyword !== null && `词语（第 ${keyword} 位）`, semantic !== null && `含义（第 ${semantic} 位）`], "和")}找到`,
  madeBy: (words, meaning, encoder) => joined([words && "词语", meaning && `含义${encoder ? `（${encoder}）` : ""}`], "和"),

  invitation: (pages, sections, byMeaning) =>
    `在 ${number("zh", pages)} 个页面、${number("zh", sections)} 个章节中按词语${byMeaning ? "和含义" : ""}搜索。`,
  hint: "输入一个词、代码中的名称，或一个问题。",
  loading: "正在准备…",
  found: (pages, more) => `${number("zh", pages)} 个页面${more > 0 ? `，另有 ${number("zh", more)} 个按含义找到` : ""}`,
  nothing: "没有找到结果",
  nothingFor: (text) => `没有找到与“${text}”相关的结果。`,
  fewerWords: "减少词语或换一种说法，也许能找到更多。",
  lookThroughBoth: "同时按词语和含义查找",
  noMeaning: "无法按含义查找",
  showMore: "显示更多",
  allResults: "全部结果",

  filter: "筛选",
  filtersChosen: (count) => `筛选：已选 ${number("zh", count)} 项`,
  clearFilters: "清除筛选",
  moreValues: (count) => `另有 ${number("zh", count)} 项`,
  yes: "是",
  no: "否",
  fields: { section: "栏目", lang: "语言", author: "作者", tags: "主题", category: "分类", version: "版本", date: "日期", year: "年份" },

  offline: "您已离线。",
  offlinePart: "您已离线：以下结果来自已加载的部分。",
  unreachable: "无法连接到网站。",
  broken: "搜索暂时无法使用。",
  instead: (word, meant) => `已用“${meant}”代替“${word}”进行搜索。`,
  relaxed: "没有页面完全符合条件，因此只按词语搜索。",
  partMissing: "索引的一部分无法读取，结果可能不完整",
  partFailed: "搜索的一部分未能运行",
  tryAgain: "重试",
  plainForm: "用其他方式搜索",

  recent: "最近搜索",
  forget: "清除",

  model: "含义搜索模型",
  betterAnswers: "更好地回答完整的问题：",
  meaningToo: "也按含义搜索：",
  modelSize: (megabytes) => `一个 ${megabytes} MB 的模型，只需下载一次并保存在此设备上。`,
  load: "加载",
  notNow: "暂不",
  cancel: "取消",
  preparing: "正在准备模型…",
  downloading: (loaded, total) => `正在下载模型：${loaded} / ${total} MB`,
  fromCache: "正在打开保存在此设备上的模型",
  starting: "正在启动模型",
  modelFailed: "无法加载模型。",
  modelAbsent: "此设备上还没有模型，联网后即可加载。",

  toMove: "移动",
  toOpen: "打开",
  toClose: "关闭",
};
