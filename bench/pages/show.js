// Shows hits as a search page would, and reports when they stand there.

/** Each hit is `{ title, url, excerpt }`; `excerpt` is text or a node. */
export function show(hits) {
  const list = document.createElement("ol");
  for (const { title, url, excerpt } of hits) {
    const link = document.createElement("a");
    link.href = url;
    link.append(title);
    const item = document.createElement("li");
    item.append(link, document.createElement("br"), excerpt);
    if (!title || !url || !item.lastChild.textContent) throw new Error(`a hit lacks something: ${item.innerHTML}`);
    list.append(item);
  }
  document.body.replaceChildren(list);
  list.getBoundingClientRect();
  console.log(JSON.stringify({ result: { time: performance.now(), hits: hits.map(({ title, url }) => ({ title, url })) } }));
}

export const query = new URLSearchParams(location.search).get("q");
