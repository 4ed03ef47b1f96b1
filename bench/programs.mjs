// Programs of other projects, run to their end.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What a program says; `env` comes on top of this one's. */
export const run = (program, words, cwd, env = {}) =>
  promisify(execFile)(program, words, { cwd, maxBuffer: 1e8, env: { ...process.env, ...env } });
