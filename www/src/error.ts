import type { ErrorCode, Failure } from "./protocol.js";

/** An error of bifocal's own: `code` is for a program, `message` names the problem, the value and the way out. */
export class BifocalError extends Error {
  override readonly name = "BifocalError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`bifocal: ${message}`, options);
  }

  /** Whether `error` is one of these, also where another of bifocal's files threw it: each has a class of its own. */
  static is(error: unknown): error is BifocalError {
    return error instanceof Error && error.name === "BifocalError";
  }

  /** The error that `failure` describes, on this side of the worker's border. */
  static from(failure: Failure): BifocalError {
    return new BifocalError(failure.code, failure.message);
  }
}

/** What to send across the worker's border for anything that was thrown. */
export function failure(error: unknown): Failure {
  if (BifocalError.is(error)) return { code: error.code, message: reason(error) };
  return { code: "internal", message: reason(error) };
}

/** The words of anything that was thrown. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^bifocal: /, "");
}
