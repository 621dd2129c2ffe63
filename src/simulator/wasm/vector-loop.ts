/** Loops whose iterations run side by side in 128-bit vectors, with a shorter store for what is left at the end. */

import type { Ex } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { distance } from './depend.js';
import type { EmitContext } from './emit-context.js';
import type { Leaf } from './nest.js';
import { I32, V128 } from './function.js';
import { type LaneScope, laneBits, prepareUniform, pushLanes } from './lanes.js';
import { storageBytes } from './layout.js';
import { type LaneBits, STORE_LANE, VECTOR } from './simd.js';

/** Vector steps that are written out one after the other; a longer loop takes so many an iteration. */
const UNROLLED_STEPS = 4;

/** The width of lanes in which iterations of loop `v` can run side by side; undefined where they cannot. */
export function vectorBits(
  c: EmitContext,
  leaf: Leaf,
  loops: readonly number[],
  v: number,
  down: boolean,
  /** The loops as the circuit has them, where some of them run as one. */
  written = loops,
): LaneBits | undefined {
  const target = c.signal(leaf.target);
  const count = loops[v] ?? 1;
  if (count < 4 || target.width > 64 || leaf.ripple === true) return undefined;
  if (!stepsByOne(c, leaf, v) || !inOrder(c, leaf, written, down)) return undefined;
  const bits = laneBits(c, leaf.value, v, target.width);
  return bits === undefined || bits * count < 64 ? undefined : bits;
}

function stepsByOne(c: EmitContext, leaf: Leaf, v: number): boolean {
  const terms = c.byteAffine(leaf.target, leaf.index, leaf.shadow).terms.filter((t) => t.v === v);
  const [term] = terms;
  return terms.length === 1 && term?.k === storageBytes(c.signal(leaf.target).width) && term.table === undefined;
}

/** No lane reads what an earlier iteration has just written. */
function inOrder(c: EmitContext, leaf: Leaf, loops: readonly number[], down: boolean): boolean {
  let ok = true;
  const target = c.signal(leaf.target);
  visitReads(leaf.value, (r) => {
    if (r.signal !== leaf.target) return;
    const far = distance(target, leaf.index, loops, r);
    if (far !== 'same' && far !== 'never' && (far !== 'later' || down)) ok = false;
  });
  return ok;
}

/**
 * Emits the loop over `v`, whose outer variables have values. Where `over` is set, what lies behind the row may be anything
 * afterwards.
 */
export function emitVectorLoop(
  c: EmitContext,
  leaf: Leaf,
  v: number,
  count: number,
  bits: LaneBits,
  over = false,
): void {
  const { f } = c;
  const lanes = 128 / bits;
  const steps = Math.floor(count / lanes);
  const rest = count % lanes;
  c.scoped(() => {
    const uniform = new Map<Ex, number>();
    const masks = new Map<Ex, number>();
    const scope = (): LaneScope => ({ c, v, bits, uniform, masks, values: new Map() });
    c.vars.delete(v);
    prepareUniform(scope(), leaf.value);
    const looped = steps > 2 * UNROLLED_STEPS ? steps - (steps % UNROLLED_STEPS) : 0;
    if (looped > 0) {
      const local = f.local(I32);
      f.loopBy(local, UNROLLED_STEPS * lanes, looped * lanes, () => {
        for (let k = 0; k < UNROLLED_STEPS; k++) {
          c.vars.set(v, { local, extent: count, plus: k * lanes });
          c.scoped(() => storeLanes(scope(), leaf, lanes));
        }
      });
    }
    for (let k = looped; k < steps; k++) {
      c.vars.set(v, { fixed: k * lanes });
      c.scoped(() => storeLanes(scope(), leaf, lanes));
    }
    if (rest > 0) {
      c.vars.set(v, { fixed: steps * lanes });
      c.scoped(() => storeLanes(scope(), leaf, rest, over));
    }
    c.vars.delete(v);
  });
}

/** Computes one vector and stores its first `count` lanes, with `over` all of it. */
function storeLanes(s: LaneScope, leaf: Leaf, count: number, over = false): void {
  const { c, bits } = s;
  const { f } = c;
  const size = storageBytes(c.signal(leaf.target).width);
  const bytes = count * size;
  const address = c.byteAffine(leaf.target, leaf.index, leaf.shadow);
  const detect = c.detect?.(leaf.target);
  if (bytes === 16 && detect === undefined) {
    const offset = c.pushByteAffine(address);
    pushLanes(s, leaf.value);
    f.simdMem(VECTOR.store, offset);
    return;
  }
  const value = f.local(V128);
  pushLanes(s, leaf.value);
  f.set(value);
  if (size * 8 < bits) {
    // The low bytes of every lane, side by side.
    const pick = Array.from({ length: 16 }, (_, i) => ((Math.floor(i / size) * bits) / 8 + (i % size)) % 16);
    f.get(value).get(value).simdBytes(VECTOR.shuffle, pick).set(value);
  }
  if (detect !== undefined) {
    // The bytes of this store only: what lies behind them is somebody else's.
    f.get(value);
    f.simdMem(VECTOR.load, c.pushByteAffine(address)).simd(VECTOR.xor);
    if (bytes < 16)
      f.simdBytes(
        VECTOR.const,
        Uint8Array.from({ length: bytes }, () => 255),
      ).simd(VECTOR.and);
    f.get(detect.vector).simd(VECTOR.or).set(detect.vector);
  }
  if (bytes === 16 || (over && detect === undefined)) {
    const offset = c.pushByteAffine(address);
    f.get(value).simdMem(VECTOR.store, offset);
    return;
  }
  let at = 0;
  for (const part of [8, 4, 2, 1] as const) {
    if (bytes - at < part) continue;
    const offset = c.pushByteAffine(address);
    f.get(value).simdStoreLane(STORE_LANE[part], offset + at, at / part);
    at += part;
  }
}
