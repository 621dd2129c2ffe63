/** What a step says to the datapath: banks, addresses and lanes, from the loops of the specification. */
import { opCodes } from '../header.js';
import type { ArrayShape } from './pass-rows.js';
import { packed, type Ports } from './port-model.js';
import type { IssuedStep } from './sequencer.js';

/** A read of one slice; absent where the slice has no row or channel. */
type Read = { readonly bank: number; readonly address: number } | undefined;

/** The pairs (kernel row, input channel of the chunk) of a group of slices; one of the row's where every window has its own channel. */
function pairsOf({ pass: { header: h }, row, step }: IssuedStep, G: number): { kernel: number; channel: number }[] {
  const group = row.from + Math.floor(step / h.NT);
  if (h.op !== opCodes.dense) return [{ kernel: group, channel: 0 }];
  const perRow = Math.ceil(h.Cc / G);
  return Array.from({ length: G }, (_, g) => {
    const pair = group * G + g;
    return h.wrap === 1
      ? { kernel: Math.floor(pair / h.Cc), channel: pair % h.Cc }
      : { kernel: Math.floor(group / perRow), channel: (group % perRow) * G + g };
  });
}

/** The word that every slice reads in a step. */
export function readsOf(step: IssuedStep, { G, M }: ArrayShape): Read[] {
  const { row, xt, pass } = step;
  const { header: h, taps } = pass;
  const tap = taps[step.step % h.NT];
  const dense = h.op === opCodes.dense;
  const exist = row.lastChunk ? h.Clast : h.Cc;
  return pairsOf(step, G).map(({ kernel, channel }): Read => {
    const line = row.y * h.SH - h.padT + kernel;
    const there = kernel >= row.begin && kernel < row.end && line >= 0 && line < h.H;
    if (!there || (dense && channel >= exist) || tap === undefined) return undefined;
    const own = dense ? h.xCh0 + row.chunk * h.Cc + channel : row.tile * M;
    const slot = (h.xSlot0 + line) % h.xRing;
    const offset = slot * h.xRow + Math.floor(own / M) * h.xBlk + tap.phase * h.xPhase + xt + tap.dword;
    return { bank: own % M, address: (h.xBase + offset) & 0xfffff };
  });
}

/** The `step_*` inputs of the datapath. */
export function stepPorts(step: IssuedStep, shape: ArrayShape): Ports {
  const { P, G, M } = shape;
  const { row, xt, pass, last } = step;
  const { header: h, taps } = pass;
  const tap = taps[step.step % h.NT];
  if (tap === undefined) throw new Error(`no tap ${step.step % h.NT}`);
  const reads = readsOf(step, shape);
  const dead = h.op !== opCodes.dense && reads[0] === undefined;
  const width = h.wMod !== 0 && tap.phase >= h.wMod ? h.W - 1 : h.W;
  const pixel = xt * P + tap.offset;
  const lane = (value: number): bigint => BigInt(Math.max(0, Math.min(P, value)));
  const values = (of: (read: Read) => number): bigint[] => reads.map((read) => BigInt(of(read)));
  return {
    step_valid: 1n,
    step_first: step.step === 0 ? 1n : 0n,
    step_last: last ? 1n : 0n,
    step_op: BigInt(h.op),
    step_tap: BigInt(tap.op),
    step_read: BigInt(tap.read),
    step_live: packed(
      values((read) => (read === undefined ? 0 : 1)),
      1,
    ),
    step_bank: packed(
      values((read) => read?.bank ?? 0),
      Math.max(1, Math.ceil(Math.log2(M))),
    ),
    step_address: packed(
      values((read) => read?.address ?? 0),
      20,
    ),
    step_low: lane(-pixel),
    step_high: dead ? 0n : lane(width - pixel),
    step_pad: BigInt.asUintN(16, BigInt(h.pad)),
    step_unsigned: BigInt(h.inUnsigned),
    step_has_weights: BigInt(h.hasWeights),
    step_byte: BigInt((step.step % h.NT) % G),
    step_groups: BigInt(row.groups),
  };
}
