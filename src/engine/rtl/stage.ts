import { type Bits, type Builder, type Sig } from '../../hdl/index.js';

/** Registers of one step of a pipeline: like `b.regs`, with `suffix` behind every name of the text. */
export function stageRegs<const R extends Readonly<Record<string, Bits>>>(
  b: Builder,
  suffix: string,
  types: R,
): { readonly [K in keyof R]: Sig<R[K]> } {
  const entries = Object.entries(types).map(([key, type]) => [key, b.reg(`${key}${suffix}`, type)]);
  return Object.fromEntries(entries) as { readonly [K in keyof R]: Sig<R[K]> };
}
