/** Types and declarations of signals. */
import { packedWidth, type Signal } from '../circuit/index.js';
import type { ExprContext } from './expr.js';
import { isLit, natSv, simplifyNat } from './nat.js';
import type { SvDeclaration, SvType } from './tree.js';

/** `logic`, `logic [W-1:0]`, `logic signed [W-1:0]`; an enumeration by name inside a module, by bits at a port. */
export function typeSv(signal: Signal, context: ExprContext): SvType {
  const { type } = signal;
  const port = signal.kind === 'input' || signal.kind === 'output';
  const stored = signal.kind === 'memory';
  if (type.kind === 'enum' && !port && !stored) return { keyword: context.enums.typeName(type) };
  const width = simplifyNat(packedWidth(type));
  const keyword = type.kind === 'sint' && !stored ? 'logic signed' : 'logic';
  const scalar = type.kind === 'bool' || (isLit(width, 1) && keyword === 'logic');
  return scalar ? { keyword } : { keyword, width: natSv(width, port) };
}

export function declarationSv(signal: Signal, context: ExprContext): SvDeclaration {
  const { name, place } = signal;
  const doc =
    signal.kind === 'wire' && signal.crossing !== undefined
      ? crossingDoc(signal.crossing.reason, signal.doc)
      : signal.doc;
  const common = { type: typeSv(signal, context), name, doc, place };
  if (signal.kind === 'reg' && signal.synchronizer === true) return { ...common, attribute: 'ASYNC_REG = "TRUE"' };
  if (signal.kind === 'reg' && signal.multiplier !== undefined)
    return { ...common, attribute: `use_dsp = "${signal.multiplier === 'dsp' ? 'yes' : 'no'}"` };
  if (signal.kind !== 'memory') return common;
  const attribute =
    signal.style === undefined || signal.style === 'auto'
      ? {}
      : { attribute: memoryAttribute(signal.style, signal.readOnly === true) };
  return { ...common, depth: natSv(signal.depth), ...attribute };
}

/** Yosys has no distributed memory for contents that stand for ever and gives up; its `rom_block` comes first there. */
function memoryAttribute(style: string, readOnly: boolean): string {
  if (!readOnly) return `ram_style = "${style}"`;
  return style === 'distributed' ? 'rom_block = "logic", rom_style = "distributed"' : `rom_style = "${style}"`;
}

const crossingDoc = (reason: string, doc: string | undefined): string =>
  [doc, `crosses clocks: ${reason}`].filter((part) => part !== undefined).join('; ');
