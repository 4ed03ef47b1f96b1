/** The range of `kept` that a request's `Range` asks for, as a server would answer it; all of it where none is asked for. */
export async function slice(kept: Response, range: string | null): Promise<Response> {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!asked) return kept;
  const whole = await kept.blob();
  const start = Number(asked[1]);
  const end = Math.min(asked[2] ? Number(asked[2]) : Infinity, whole.size - 1);
  if (start > end) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  const headers = { "Content-Length": String(end - start + 1), "Content-Range": `bytes ${start}-${end}/${whole.size}` };
  return new Response(whole.slice(start, end + 1), { status: 206, headers });
}
