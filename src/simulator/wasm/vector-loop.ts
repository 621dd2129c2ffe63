/** Loops whose iterations run side by side in 128-bit vectors, with a shorter store for what is left at the end. */

import { visitReads } from '../walk.js';
import { distance } from './depend.js';
import type { EmitContext } from './emit-context.js';
import type { Leaf } from './nest.js';
import { I32, V128 } from './function.js';
import { type LanePlan, planLanes } from './lane-plan.js';
import { type EqualCounts, equalCounts, pushDiffer } from './equal-counts.js';
import { LaneCode } from './lanes.js';
import { storageBytes } from './layout.js';
import { type LaneBits, STORE_LANE, VECTOR } from './simd.js';

/** Vector steps that are written out one after the other; a longer loop takes so many an iteration. */
const UNROLLED_STEPS = 4;
/** A long loop takes so many. */
const LONG_STEPS = 8;
/** A row of fewer bits is not worth it. */
const LEAST_BITS = 32;

/** Vector code of a leaf. */
export interface VectorCode {
  readonly plan: LanePlan;
  /** The code is right where counts of shifts are equal in all lanes. */
  readonly equal?: EqualCounts;
}

/** Vector code for iterations of loop `v`, which can run side by side; undefined where they cannot. */
export function vectorCode(
  c: EmitContext,
  leaf: Leaf,
  loops: readonly number[],
  v: number,
  down: boolean,
  /** The loops as the circuit has them, where some of them run as one. */
  written = loops,
): VectorCode | undefined {
  const target = c.signal(leaf.target);
  const count = loops[v] ?? 1;
  if (count < 4 || target.width > 64 || leaf.ripple === true) return undefined;
  if (!stepsByOne(c, leaf, v) || !inOrder(c, leaf, written, down)) return undefined;
  const plain = planLanes(c, leaf.value, v, target.width);
  const equal = plain === undefined ? equalCounts(c, leaf.value, v, count, target.width) : undefined;
  const plan = plain ?? equal?.plan;
  if (plan === undefined || plan.most * count < LEAST_BITS) return undefined;
  return equal === undefined ? { plan } : { plan, equal };
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
 * Emits the loop of a leaf, whose outer variables have values, and which `general` code can do in any case. Where `over` is
 * set, what lies behind the row may be anything afterwards.
 */
export function emitVectorLoop(
  c: EmitContext,
  leaf: Leaf,
  { plan, equal }: VectorCode,
  count: number,
  general: () => void,
  over = false,
): void {
  if (equal === undefined) return emitRow(c, leaf, plan, count, over);
  pushDiffer(c, equal, count);
  const { rows } = c;
  c.rows = undefined;
  c.f.if(
    () => c.scoped(() => c.withRolled(general)),
    () => emitRow(c, leaf, plan, count, over),
  );
  c.rows = rows;
}

function emitRow(c: EmitContext, leaf: Leaf, plan: LanePlan, count: number, over: boolean): void {
  const { f } = c;
  const { v } = plan;
  const bits = storedBits(c, leaf);
  const lanes = 128 / bits;
  // Vectors of all widths begin at multiples of this.
  const unrolled = count >= 4 * LONG_STEPS * lanes ? LONG_STEPS : UNROLLED_STEPS;
  const block = Math.max(unrolled * lanes, 128 / plan.least);
  const rounds = count > 2 * block ? Math.floor(count / block) : 0;
  c.scoped(() => {
    c.vars.delete(v);
    const code = new LaneCode(c, plan);
    const row = (length: number, set: (lane: number) => void): void => {
      code.begin(length, set);
      c.scoped(() => {
        for (let at = 0; at < length; at += lanes) {
          const vector = at / lanes;
          set(at);
          storeLanes(c, leaf, bits, Math.min(lanes, length - at), over, () => {
            code.push(plan.root, bits, vector);
            set(at);
          });
        }
      });
    };
    if (rounds > 0) {
      const local = f.local(I32);
      const { rows } = c;
      c.rows = undefined;
      f.loopBy(local, block, rounds * block, () =>
        row(block, (lane) => void c.vars.set(v, { local, extent: count, plus: lane })),
      );
      c.rows = rows;
    }
    const done = rounds * block;
    if (done < count) row(count - done, (lane) => void c.vars.set(v, { fixed: done + lane }));
    c.vars.delete(v);
  });
}

const storedBits = (c: EmitContext, leaf: Leaf): LaneBits =>
  (storageBytes(c.signal(leaf.target).width) * 8) as LaneBits;

/** Stores the first `count` lanes of the vector that `push` computes, with `over` all of it. */
function storeLanes(c: EmitContext, leaf: Leaf, bits: LaneBits, count: number, over: boolean, push: () => void): void {
  const { f } = c;
  const bytes = (count * bits) / 8;
  const address = c.byteAffine(leaf.target, leaf.index, leaf.shadow);
  const detect = c.detect?.(leaf.target);
  if (bytes === 16 && detect === undefined) {
    const offset = c.pushByteAffine(address);
    push();
    f.simdMem(VECTOR.store, offset);
    return;
  }
  const value = f.local(V128);
  push();
  f.set(value);
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
