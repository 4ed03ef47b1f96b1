// Asks the index at the address or path of the first argument, whose bytes are in the file of the second if there is one.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { open } from "bifocal";

const [url, pack, ...questions] = process.argv.slice(2);
const search = await open(url, pack ? { pack: await readFile(pack) } : {});
const answers = [];
const ask = async (text) => {
  const { hits, encoder } = await search.search(text);
  answers.push({ text, encoder, hits: hits.map(({ id, score, excerpt }) => [id, score, excerpt.text]) });
};
for (const text of questions) await ask(text);
await search.upgrade();
await ask(questions[0]);
search.close();
console.log(JSON.stringify(answers));
