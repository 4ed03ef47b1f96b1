/** Tells whether this browser has WebAssembly's relaxed SIMD. */

/** A module that is valid only with it: a function of three vectors whose body is one instruction of it. */
const PROBE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // "\0asm", version 1
  0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b, // types: (v128, v128, v128) -> v128
  0x03, 0x02, 0x01, 0x00, // functions: one of that type
  0x0a, 0x0d, 0x01, 0x0b, 0x00, // code: its body, of eleven bytes, with no locals
  0x20, 0x00, 0x20, 0x01, 0x20, 0x02, // local.get 0, 1, 2
  0xfd, 0x93, 0x02, // i32x4.relaxed_dot_i8x16_i7x16_add_s, 0x113 in LEB128
  0x0b, // end
);

export function hasRelaxedSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(PROBE);
}
