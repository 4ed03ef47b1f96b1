// Servers with the samples of docs/hosting.md: the least configuration around each, in which it is as it stands there.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unpacked } from "../debian.mjs";
import { run } from "../programs.mjs";

/** So long may a server take to answer, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Each by its heading in the document. `configure` writes the configuration to the folder `place`, for a site that is served at `port` with
 * `policy` as its pages' Content-Security-Policy, and gives the words that start the program with it; `language` is the sample's fence.
 */
export const SERVERS = {
  nginx: {
    program: "usr/sbin/nginx",
    packages: ["nginx", "nginx-common"],
    version: "-v",
    language: "nginx",
    async configure({ place, site, port, sample, policy, find }) {
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`);
      await writeFile(join(place, "nginx.conf"), `daemon off; master_process off; pid nginx.pid;
events {}
http {
include ${find("etc/nginx/mime.types")};
access_log off; ${temporary.join(" ")}
server {
listen 127.0.0.1:${port};
root ${site};
add_header Content-Security-Policy "${policy}";
${sample}
}
}
`);
      return ["-e", "stderr", "-p", place, "-c", join(place, "nginx.conf")];
    },
  },
  Apache: {
    program: "usr/sbin/apache2",
    packages: ["apache2-bin", "media-types"],
    libraries: ["libapr1", "libaprutil1"],
    version: "-v",
    language: "apache",
    async configure({ place, site, port, sample, policy, find }) {
      // The last three are those that the document asks for.
      const modules = ["mpm_event", "authz_core", "dir", "mime", "headers", "filter", "deflate"];
      const loaded = modules.map((name) => `LoadModule ${name}_module ${find(`usr/lib/apache2/modules/mod_${name}.so`)}`);
      await writeFile(join(site, ".htaccess"), sample);
      await writeFile(join(place, "httpd.conf"), `ServerName localhost
Listen 127.0.0.1:${port}
DefaultRuntimeDir ${place}
PidFile ${place}/apache.pid
ErrorLog ${place}/error.log
# Who starts it as root must name another for what it serves.
User #65534
Group #65534
${loaded.join("\n")}
TypesConfig ${find("etc/mime.types")}
DocumentRoot ${site}
<Directory ${site}>
AllowOverride All
Header set Content-Security-Policy "${policy}"
</Directory>
`);
      return ["-f", join(place, "httpd.conf"), "-DFOREGROUND"];
    },
  },
  Caddy: {
    program: "usr/bin/caddy",
    packages: ["caddy"],
    version: "version",
    language: "",
    async configure({ place, site, port, sample, policy }) {
      const [first, root] = ["example.org {\n", "root * /srv/site\n"];
      if (!sample.startsWith(first) || !sample.includes(root)) throw new Error("Caddy's sample has another site than it had");
      const served = sample.replace(first, `http://127.0.0.1:${port} {\nheader Content-Security-Policy "${policy}"\n`).replace(root, `root * ${site}\n`);
      await writeFile(join(place, "Caddyfile"), `{\nadmin off\n}\n${served}\n`);
      return ["run", "--config", join(place, "Caddyfile"), "--adapter", "caddyfile"];
    },
  },
};

/** The program of a server, its version, and how to find its other files: the system's own where it is installed, or else Debian's, unpacked. */
export async function had({ program, packages, libraries = [], version }) {
  const own = existsSync(join("/", program));
  const roots = own ? ["/"] : packages.map(unpacked);
  const folders = own ? [] : libraries.map((name) => join(unpacked(name), "usr/lib"));
  const find = (path) => {
    const found = roots.map((root) => join(root, path)).find(existsSync);
    if (!found) throw new Error(`there is no ${path} in ${roots.join(", ")}`);
    return found;
  };
  const environment = { LD_LIBRARY_PATH: folders.flatMap((folder) => readdirSync(folder).map((machine) => join(folder, machine))).join(":") };
  const path = find(program);
  const { stdout, stderr } = await run(path, [version], "/", environment);
  return { path, find, environment, version: /\d+(\.\d+)+/.exec(stdout + stderr)[0] };
}

/** Starts a server over `site` with a sample, hands its address to `use`, and ends it whatever happens. */
export async function served({ configure }, { path, find, environment }, { place, site, sample, policy }, use) {
  await mkdir(place, { recursive: true });
  const port = await freePort();
  const words = await configure({ place, site, port, sample, policy, find });
  const home = { HOME: place, XDG_DATA_HOME: place, XDG_CONFIG_HOME: place };
  const server = spawn(path, words, { cwd: place, env: { ...process.env, ...environment, ...home }, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => server.on("close", resolve));
  let said = "";
  server.stderr.on("data", (data) => (said += data));
  try {
    const url = `http://127.0.0.1:${port}`;
    await answers(url, server, () => said);
    return await use(url);
  } finally {
    server.kill("SIGTERM");
    await ended;
  }
}

async function answers(url, server, said) {
  const until = performance.now() + PATIENCE;
  while (server.exitCode === null && performance.now() < until) {
    if (await fetch(url).then(() => true, () => false)) return;
    await sleep(50);
  }
  throw new Error(`${server.spawnfile} does not answer; it said: ${said()}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
