import { joined, number, type Words } from "./words.js";

export const words: Words = {
  search: "検索",
  placeholder: "言葉、または知りたいこと",
  close: "閉じる",
  results: "検索結果",

  lookThrough: "探し方",
  both: "両方",
  words: "言葉",
  meaning: "意味",
  foundBy: (keyword, semantic) =>
    `${joined([keyword !== null && `言葉（${keyword}位）`, semantic !== null && `意味（${semantic}位）`], "と")}で見つかりました`,
  madeBy: (words, meaning, encoder) => joined([words && "言葉", meaning && `意味${encoder ? `（${encoder}）` : ""}`], "と"),

  invitation: (pages, sections, byMeaning) =>
    `${number("ja", pages)}ページ、${number("ja", sections)}セクションを言葉${byMeaning ? "と意味" : ""}で検索します。`,
  hint: "言葉、コード中の名前、または質問を入力してください。",
  loading: "準備中…",
  found: (pages, more) => `${number("ja", pages)}ページ${more > 0 ? `、意味でさらに${number("ja", more)}ページ` : ""}`,
  nothing: "見つかりませんでした",
  nothingFor: (text) => `「${text}」に一致する結果はありません。`,
  fewerWords: "言葉を減らすか、別の言い方を試してください。",
  lookThroughBoth: "言葉と意味の両方で探す",
  noMeaning: "意味では探せません",
  showMore: "さらに表示",
  allResults: "すべての結果",

  filter: "絞り込み",
  filtersChosen: (count) => `絞り込み：${number("ja", count)} 件選択中`,
  clearFilters: "絞り込みを解除",
  moreValues: (count) => `ほか ${number("ja", count)} 件`,
  yes: "はい",
  no: "いいえ",
  fields: { section: "セクション", lang: "言語", author: "著者", tags: "タグ", category: "カテゴリー", version: "バージョン", date: "日付", year: "年" },

  offline: "オフラインです。",
  offlinePart: "オフラインです。読み込み済みの部分から見つかった結果です。",
  unreachable: "サイトに接続できません。",
  broken: "現在、検索できません。",
  instead: (word, meant) => `「${word}」の代わりに「${meant}」で検索しました。`,
  relaxed: "条件に合うページがないため、単語だけで検索しました。",
  partMissing: "索引の一部を読み込めず、結果が欠けている可能性があります",
  partFailed: "検索の一部が動作しませんでした",
  tryAgain: "再試行",
  plainForm: "別の方法で検索",

  recent: "最近の検索",
  forget: "消去",

  model: "意味検索のモデル",
  betterAnswers: "文章での質問により良い答えを：",
  meaningToo: "意味でも検索：",
  modelSize: (megabytes) => `${megabytes} MBのモデルを一度だけダウンロードし、この端末に保存します。`,
  load: "読み込む",
  notNow: "今はしない",
  cancel: "キャンセル",
  preparing: "モデルを準備中…",
  downloading: (loaded, total) => `モデルをダウンロード中：${total} MB中${loaded} MB`,
  fromCache: "この端末に保存されたモデルを開いています",
  starting: "モデルを起動中",
  modelFailed: "モデルを読み込めませんでした。",
  modelAbsent: "モデルはまだこの端末にありません。オンラインになってから読み込んでください。",

  toMove: "移動",
  toOpen: "開く",
  toClose: "閉じる",
};
