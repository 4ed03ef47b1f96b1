// For which machine a file is compiled, by its first bytes: ELF, Mach-O and PE.

/** In npm's words, as `linux-x64`; `null` for what is no program, or one for a machine without a package. */
export function machineOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at) => (at + 2 <= view.byteLength ? view.getUint16(at, true) : 0);
  const u32 = (at) => (at + 4 <= view.byteLength ? view.getUint32(at, true) : 0);
  if (u32(0) === 0x464c457f) return named("linux", u16(18), { 0x3e: "x64", 0xb7: "arm64" });
  if (u32(0) === 0xfeedfacf) return named("darwin", u32(4), { 0x0100_0007: "x64", 0x0100_000c: "arm64" });
  if (u16(0) === 0x5a4d && u32(u32(0x3c)) === 0x4550) return named("win32", u16(u32(0x3c) + 4), { 0x8664: "x64" });
  return null;
}

const named = (os, code, cpus) => (Object.hasOwn(cpus, code) ? `${os}-${cpus[code]}` : null);
