import { joined, number, type Words } from "./words.js";

export const words: Words = {
  search: "검색",
  placeholder: "낱말이나 찾고 싶은 내용",
  close: "닫기",
  results: "검색 결과",

  lookThrough: "찾는 방법",
  both: "모두",
  words: "낱말",
  meaning: "의미",
  foundBy: (keyword, semantic) =>
    `${joined([keyword !== null && `낱말(${keyword}위)`, semantic !== null && `의미(${semantic}위)`], "과 ")}로 찾음`,
  madeBy: (words, meaning, encoder) => joined([words && "낱말", meaning && `의미${encoder ? `(${encoder})` : ""}`], "과 "),

  invitation: (pages, sections, byMeaning) =>
    `페이지 ${number("ko", pages)}개, 섹션 ${number("ko", sections)}개를 낱말${byMeaning ? "과 의미로" : "로"} 검색합니다.`,
  hint: "낱말, 코드의 이름, 또는 궁금한 것을 문장으로 입력하세요.",
  loading: "준비 중…",
  found: (pages, more) => `페이지 ${number("ko", pages)}개${more > 0 ? `, 의미로 ${number("ko", more)}개 더` : ""}`,
  nothing: "검색 결과가 없습니다",
  nothingFor: (text) => `“${text}”에 대한 결과가 없습니다.`,
  fewerWords: "낱말을 줄이거나 같은 뜻의 다른 말을 써 보세요.",
  lookThroughBoth: "낱말과 의미로 모두 찾기",
  noMeaning: "의미로는 찾을 수 없습니다",
  showMore: "더 보기",
  allResults: "전체 결과",

  filter: "필터",
  filtersChosen: (count) => `필터: ${number("ko", count)}개 선택`,
  clearFilters: "필터 지우기",
  moreValues: (count) => `${number("ko", count)}개 더`,
  yes: "예",
  no: "아니요",
  fields: { section: "섹션", lang: "언어", author: "글쓴이", tags: "주제", category: "분류", version: "버전", date: "날짜", year: "연도" },

  offline: "오프라인 상태입니다.",
  offlinePart: "오프라인 상태입니다. 이미 받아 둔 부분에서 찾은 결과입니다.",
  unreachable: "사이트에 연결할 수 없습니다.",
  broken: "지금은 검색할 수 없습니다.",
  instead: (word, meant) => `“${word}” 대신 “${meant}”(으)로 검색했습니다.`,
  relaxed: "조건에 맞는 페이지가 없어 단어만으로 검색했습니다.",
  partMissing: "색인의 일부를 읽지 못해 빠진 결과가 있을 수 있습니다",
  partFailed: "검색의 일부가 작동하지 않았습니다",
  tryAgain: "다시 시도",
  plainForm: "다른 방법으로 검색",

  recent: "최근 검색",
  forget: "지우기",

  model: "의미 검색 모델",
  betterAnswers: "문장으로 된 질문에 더 나은 답:",
  meaningToo: "의미로도 검색:",
  modelSize: (megabytes) => `${megabytes}MB 모델을 한 번만 내려받아 이 기기에 보관합니다.`,
  load: "불러오기",
  notNow: "나중에",
  cancel: "취소",
  preparing: "모델을 준비하는 중…",
  downloading: (loaded, total) => `모델 내려받는 중: ${total}MB 중 ${loaded}MB`,
  fromCache: "이 기기에 보관된 모델을 여는 중",
  starting: "모델을 시작하는 중",
  modelFailed: "모델을 불러오지 못했습니다.",
  modelAbsent: "모델이 아직 이 기기에 없습니다. 다시 온라인이 되면 불러올 수 있습니다.",

  toMove: "이동",
  toOpen: "열기",
  toClose: "닫기",
};
