// What the pages of the network bench share: one query on opening, and as many further ones as the bench asks for.

const parameters = new URLSearchParams(location.hash.slice(1));

/** How the bench wants bifocal to search. */
export const options = JSON.parse(parameters.get("options") ?? "{}");

/** Whether the search may run in a worker. */
export const worker = parameters.get("worker") !== "false";

/**
 * Offers the search to the bench: `first` is a promise of the answer to the address's `q`, and `ask(query)` asks again.
 * `opening` comes to a function of a query and of what to call with hits that are shown before the last.
 */
export function offer(opening) {
  window.ask = async (query) => {
    const started = performance.now();
    const search = await opening;
    let early = null;
    const { hits, ...said } = await search(query, (found) => {
      show(found);
      early ??= performance.now() - started;
    });
    show(hits);
    const bare = hits.filter(({ excerpt }) => !excerpt.textContent).length;
    return { early, time: performance.now() - started, hits: hits.length, bare, ...said };
  };
  // The first answer's time runs from the start of navigation, further ones' from the asking.
  const opened = performance.now();
  window.first = window.ask(parameters.get("q")).then((answer) => ({
    ...answer,
    early: answer.early === null ? null : answer.early + opened,
    time: answer.time + opened,
  }));
}

/** Shows hits as a search page would; each is `{ title, url, excerpt }`, the excerpt a node. */
function show(hits) {
  const list = document.createElement("ol");
  for (const { title, url, excerpt } of hits) {
    const link = document.createElement("a");
    link.href = url;
    link.append(title);
    const item = document.createElement("li");
    item.append(link, document.createElement("br"), excerpt);
    if (!title || !url) throw new Error(`a hit lacks something: ${item.innerHTML}`);
    list.append(item);
  }
  document.body.replaceChildren(list);
  list.getBoundingClientRect();
}

/** Text with `<mark>` around the ranges. */
export function marked({ text, ranges }) {
  const whole = document.createElement("span");
  let shown = 0;
  for (const [start, end] of ranges) {
    const mark = document.createElement("mark");
    mark.append(text.slice(start, end));
    whole.append(text.slice(shown, start), mark);
    shown = end;
  }
  whole.append(text.slice(shown));
  return whole;
}
