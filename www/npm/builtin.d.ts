/** What `node.ts` and `command.ts` use of Node; the package needs no more of its types. */
declare module "node:buffer" {
  export const Buffer: { from(bytes: ArrayBuffer): { toString(encoding: "base64"): string } };
}

declare module "node:fs/promises" {
  export function readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
}

declare module "node:url" {
  export function pathToFileURL(path: string): URL;
}

declare module "node:child_process" {
  interface Child {
    kill(signal: string): boolean;
    on(event: "error", listener: (error: { code?: string }) => void): this;
    on(event: "exit", listener: (code: number | null, signal: string | null) => void): this;
  }
  export function spawn(file: string, args: readonly string[], options: { stdio: "inherit" }): Child;
}

declare module "node:module" {
  export function createRequire(url: string): { (path: string): unknown; resolve(path: string): string };
}

declare module "node:os" {
  export const constants: { signals: Record<string, number> };
}

declare module "node:process" {
  const process: {
    argv: string[];
    env: Record<string, string | undefined>;
    platform: string;
    arch: string;
    pid: number;
    exitCode: number | undefined;
    report: { getReport(): unknown };
    stdin: { isTTY?: boolean };
    stdout: { isTTY?: boolean };
    stderr: { isTTY?: boolean; write(text: string): void };
    on(event: string, listener: () => void): void;
    removeAllListeners(event: string): void;
    kill(pid: number, signal: string): void;
  };
  export default process;
}
