// `npm run platforms [-- TARGET=FILE ...]`: assembles a package of npm in dist/platforms/ around each FILE, a bifocal command that was
// compiled for TARGET; without any, around ../target/release/bifocal for this machine.
//
// The package `bifocal` asks for all of them in its own version, and npm installs the one that fits.

import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machineOf } from "./executable.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** By Rust's name of the target, and in npm's words. */
export const PLATFORMS = [
  { target: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", libc: "glibc" },
  { target: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64", libc: "glibc" },
  { target: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { target: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
];

/** Of all packages. */
export const version = /^version = "(.+)"/m.exec(readFileSync(join(here, "../Cargo.toml"), "utf8"))[1];

export const nameOf = ({ os, cpu }) => `@bifocal/cli-${os}-${cpu}`;

const isThis = ({ os, cpu }) => os === process.platform && cpu === process.arch;

/** Assembles the package of `platform` around the command in `file`; gives its folder. */
export function assemble(platform, file, out = join(here, "dist/platforms")) {
  const { os, cpu, libc } = platform;
  const machine = machineOf(readFileSync(file));
  if (machine !== `${os}-${cpu}`) throw new Error(`${file} is for ${machine ?? "no machine that is known here"}, not for ${os}-${cpu}`);
  if (isThis(platform)) checkVersion(file);
  const name = nameOf(platform);
  const folder = join(out, `cli-${os}-${cpu}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const command = join(folder, "bin", os === "win32" ? "bifocal.exe" : "bifocal");
  cpSync(file, command);
  chmodSync(command, 0o755);
  for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(here, "..", licence), join(folder, licence));
  writeFileSync(join(folder, "README.md"), `# ${name}\n\nThe command \`bifocal\` for ${os}-${cpu}. Install the package \`bifocal\`, which takes the one that fits your machine.\n`);
  const manifest = {
    name,
    version,
    description: `The command bifocal for ${os}-${cpu}`,
    license: "MIT OR Apache-2.0",
    type: "module",
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    preferUnplugged: true,
    publishConfig: { access: "public" },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

function checkVersion(file) {
  const said = execFileSync(file, ["--version"], { encoding: "utf8" }).trim();
  if (said !== `bifocal ${version}`) throw new Error(`${file} is ${said}, and the packages are of ${version}: compile it again`);
}

/** The platforms and files that the command line names. */
function given(words) {
  if (words.length === 0) {
    const platform = PLATFORMS.find(isThis);
    if (!platform) throw new Error(`no package is made for ${process.platform}-${process.arch}`);
    return [[platform, join(here, "../target/release", platform.os === "win32" ? "bifocal.exe" : "bifocal")]];
  }
  return words.map((word) => {
    const [target, file] = word.split(/=(.*)/s);
    const platform = PLATFORMS.find((platform) => platform.target === target);
    if (!platform || !file) throw new Error(`"${word}" is no TARGET=FILE; targets are ${PLATFORMS.map(({ target }) => target).join(", ")}`);
    // npm runs scripts in www/, whatever folder it was called in.
    return [platform, resolve(process.env.INIT_CWD ?? ".", file)];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const [platform, file] of given(process.argv.slice(2))) console.log(assemble(platform, file));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
