// From a built site, and from a Vite template, to a search box that works: by the commands and lines that stand in README.md and
// docs/javascript.md, taken from there. They are counted, and a reader searches by keyboard.
//
// What stands in for a registry and a network: `npm install bifocal` installs the packages as they were packed here, and
// the encoder lies where `bifocal model get` keeps it.

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";
import { fences, fileIn, section } from "./markdown.mjs";
import { served, shell } from "./five-minutes/shell.mjs";
import { table } from "./figures.mjs";
import { bifocal, here, model, packages } from "./places.mjs";
import { run } from "./programs.mjs";
import { assemble, PLATFORMS } from "../www/platforms.mjs";

const MOST = { lines: 10, commands: 3 };

const place = here("target/bench/five-minutes");

/** Where one starts; `text` is where it is written what to do, `put` does with a block of lines what is said of it. */
const STARTS = {
  "a built site": {
    text: () => section("README.md", null),
    begin: (folder) => cp(here("tests/site"), join(folder, "public"), { recursive: true }),
    put: { html: (folder, lines) => intoPages(join(folder, "public"), lines) },
  },
  "a Vite template": {
    text: () => section("docs/javascript.md", "Vite"),
    async begin(folder) {
      const create = join(packages, "create-vite/index.js");
      await run(process.execPath, [create, ".", "--template", "vanilla", "--no-interactive"], folder);
      await run("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries", "5"], folder);
      await cp(here("tests/site/guide"), join(folder, "public/guide"), { recursive: true });
    },
    put: {
      json: (folder, [script]) => rewrite(join(folder, "package.json"), (text) => text.replace(/^ *"build":.*$/m, script)),
      js: (folder, [name, ...lines]) => rewrite(join(folder, fileIn(name)), (text) => [...lines, text].join("\n")),
      html: (folder, [name, ...lines]) => intoPage(join(folder, fileIn(name)), lines),
    },
  },
};

export async function measure() {
  await rm(place, { recursive: true, force: true });
  await cp(model, join(place, "data/bifocal/all-MiniLM-L6-v2"), { recursive: true });
  const packed = await pack();
  const rows = [["from", "lines", "commands", "seconds", "the first hit of a search by keyboard"]];
  const figures = {};
  for (const [name, start] of Object.entries(STARTS)) {
    const folder = join(place, name.replaceAll(" ", "-"));
    await mkdir(folder);
    await start.begin(folder);
    const figure = await follow(start, folder, packed);
    figures[name] = figure;
    rows.push([name, figure.lines, figure.commands, figure.seconds.toFixed(1), figure.found]);
    const tooMuch = figure.lines > MOST.lines || figure.commands > MOST.commands;
    if (tooMuch) throw new Error(`${name} takes ${figure.lines} lines and ${figure.commands} commands`);
  }
  table(rows);
  return { figures };
}

/** Does in `folder` what the text says: first all lines, then all commands, of which the last one serves the site. */
async function follow({ text, put }, folder, packed) {
  const blocks = fences(await text());
  let lines = 0;
  for (const [language, into] of Object.entries(put)) {
    const block = blocks.find((block) => block.language === language).lines;
    lines += block.filter((line) => !fileIn(line)).length;
    await into(folder, block);
  }
  const commands = blocks.find(({ language }) => ["console", "sh"].includes(language)).commands;
  const programs = join(place, "tools/node_modules/.bin");
  const environment = { XDG_DATA_HOME: join(place, "data"), PATH: `${programs}:${process.env.PATH}` };
  const started = performance.now();
  const words = commands.map((command) => command.replace(/^npm install bifocal$/, `npm install ${packed.join(" ")}`));
  for (const command of words.slice(0, -1)) await shell(command, folder, environment);
  const found = await served(words.at(-1), folder, environment, searched);
  return { lines, commands: commands.length, seconds: (performance.now() - started) / 1000, found };
}

/** Packs the package and this machine's command, and installs both where `bifocal` is found by its name. */
async function pack() {
  const tools = join(place, "tools");
  await mkdir(tools);
  await writeFile(join(tools, "package.json"), "{}");
  const machine = PLATFORMS.find(({ os, cpu }) => os === process.platform && cpu === process.arch);
  const packed = [];
  for (const source of [here("www/dist/npm"), assemble(machine, bifocal, place)]) {
    const { stdout } = await run("npm", ["pack", source, "--json"], tools);
    packed.push(join(tools, JSON.parse(stdout)[0].filename));
  }
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...packed], tools);
  return packed;
}

/** The title of the page to which a search on the first one leads, as readers search: by keyboard. */
const searched = (url) =>
  withPage(async (page) => {
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("bifocal-search")?.shadowRoot);
    await page.keyboard.press("/");
    await page.keyboard.type("splitting a colony");
    await page.keyboard.press("Enter");
    await page.waitForURL(/swarming/);
    return page.title();
  });

async function intoPages(folder, lines) {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith(".html")) await intoPage(join(folder, name), lines);
  }
}

const intoPage = (file, lines) => rewrite(file, (text) => text.replace(/<body.*?>/, (body) => [body, ...lines].join("\n")));

async function rewrite(file, change) {
  await writeFile(file, change(await readFile(file, "utf8")));
}
