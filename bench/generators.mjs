// Whether the examples of docs/generators.md work: each is built by its generator and by `bifocal build`, and a page of it finds another
// in a browser. generators.test.mjs sees to it that they are what the document shows. Generators that can't be had are named and passed over.

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withPage } from "./chromium.mjs";
import { table } from "./figures.mjs";
import { bifocal, gguf, here } from "./places.mjs";
import { run } from "./programs.mjs";
import { serve } from "./server.mjs";

/** Where each has its pages and writes its site; `install` says its version, `build` makes the site. */
const GENERATORS = {
  mdbook: {
    pages: { "hives.md": "src/hives.md", "swarms.md": "src/swarms.md" },
    title: (name) => `# ${name}\n\n`,
    out: "book",
    install: async () => {
      await run(here("build.sh"), ["mdbook"], here("."));
      return (await run(here("target/mdbook/bin/mdbook"), ["--version"], here("."))).stdout.trim().replace("mdbook v", "");
    },
    build: (folder) => run(here("target/mdbook/bin/mdbook"), ["build"], folder),
  },
  mkdocs: {
    pages: { "hives.md": "docs/index.md", "swarms.md": "docs/swarms.md" },
    title: (name) => `# ${name}\n\n`,
    out: "site",
    install: async (folder) => {
      const environment = here("target/bench/mkdocs");
      await run("python3", ["-m", "venv", environment], folder);
      await run(join(environment, "bin/pip"), ["install", "--quiet", "--retries", "5", "-r", "requirements.txt"], folder);
      return (await readFile(join(folder, "requirements.txt"), "utf8")).trim().split("==")[1];
    },
    build: (folder) => run(here("target/bench/mkdocs/bin/mkdocs"), ["build", "--quiet"], folder),
  },
  starlight: {
    pages: { "hives.md": "src/content/docs/index.md", "swarms.md": "src/content/docs/swarms.md" },
    title: (name) => `---\ntitle: ${name}\n---\n\n`,
    out: "dist",
    install: async (folder) => {
      await run("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries", "5"], folder);
      return JSON.parse(await readFile(join(folder, "package.json"), "utf8")).dependencies["@astrojs/starlight"];
    },
    build: (folder) => run(join(folder, "node_modules/.bin/astro"), ["build"], folder, { ASTRO_TELEMETRY_DISABLED: "1" }),
  },
};

export async function measure() {
  const rows = [["generator", "version", "pages in the index", "found"]];
  const figures = {};
  for (const [name, generator] of Object.entries(GENERATORS)) {
    const folder = here(`target/bench/generators/${name}`);
    await prepare(name, generator, folder);
    const version = await generator.install(folder).catch((error) => error);
    if (version instanceof Error) {
      console.log(`${name} can't be had here: ${version.message.split("\n").at(-1) || version.message}`);
      continue;
    }
    await generator.build(folder);
    const site = join(folder, generator.out);
    const { stdout } = await run(bifocal, ["build", site, "--model", gguf], folder);
    const found = await searched(site);
    figures[name] = { version, found };
    rows.push([name, version, /^(\d+) pages/m.exec(stdout)?.[1] ?? "?", found]);
  }
  table(rows);
  return { figures };
}

/** Copies an example, with its two pages. */
async function prepare(name, { pages, title }, folder) {
  await mkdir(folder, { recursive: true });
  await cp(here(`bench/generators/${name}`), folder, { recursive: true });
  await cp(here("bench/generators/bifocal.toml"), join(folder, "bifocal.toml"));
  for (const [page, to] of Object.entries(pages)) {
    const text = await readFile(here(`bench/generators/${page}`), "utf8");
    const heading = page[0].toUpperCase() + page.slice(1, -".md".length);
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await writeFile(join(folder, to), title(heading) + text);
  }
}

/** The title of the page to which a search on the first one leads: by the button, which must be in sight, and the keyboard. */
async function searched(site) {
  const server = await serve({ "": site });
  try {
    return await withPage(async (page) => {
      // Material's fonts come from another server, which is not waited for.
      await page.route((url) => url.origin !== server.url, (route) => route.abort());
      await page.goto(`${server.url}/index.html`);
      await page.waitForFunction(() => document.querySelector("bifocal-search")?.shadowRoot);
      await page.getByRole("button", { name: "Search" }).click();
      await page.keyboard.type("a colony divides");
      await page.keyboard.press("Enter");
      await page.waitForURL(/swarms/);
      return page.title();
    });
  } finally {
    await server.close();
  }
}
