/** Whether copies can run side by side in lanes, and what that saves. */
import { wrap } from '../elaborated.js';
import { MAX_WIDTH } from './statements.js';
import type { Woven, WovenTree } from './weave.js';

/** What copies need: `bits` is the widest value in their lanes, the others are rough numbers of instructions. */
export interface LaneCost {
  readonly bits: number;
  /** Of one copy as it is. */
  readonly scalar: number;
  /** Of one vector of copies. */
  readonly vector: number;
}

/** What the trees need of lanes, for targets of `width` bits; undefined where something in them has no vector code. */
export function laneCost(tree: WovenTree, width: number): LaneCost | undefined {
  const sum: Sum = { bits: Math.max(8, width), plain: 2, loads: [], products: 0, counts: 0, seen: new Set() };
  if (!visitTree(tree, sum)) return undefined;
  const { bits, plain, loads, products, counts } = sum;
  const scalar = plain + loads.length + products + counts;
  // Narrow elements are widened step by step, and results made narrow again.
  let vector = plain + (sizeOf(width) < sizeOf(bits) ? 2 : 0);
  for (const load of loads) vector += 1 + Math.max(0, Math.log2(sizeOf(bits) / sizeOf(load)));
  // Two lanes gain little, and comparisons and products of 64 bits take several steps.
  if (bits > 32) vector *= 1.4;
  vector += products * (bits > 32 ? 5 : bits <= 8 ? 2 : 1) + counts * (1 + Math.log2(sizeOf(bits) / 8));
  return { bits, scalar, vector };
}

interface Sum {
  bits: number;
  plain: number;
  /** Widths of what is loaded. */
  readonly loads: number[];
  products: number;
  counts: number;
  readonly seen: Set<Woven>;
}

/** Bits of a lane or an element in memory. */
const sizeOf = (bits: number): number => (bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64);

function visitTree(tree: WovenTree, sum: Sum): boolean {
  if (tree.kind === 'keep') return true;
  if (tree.kind === 'value') return visit(tree.value, sum);
  sum.plain++;
  return visit(tree.cond, sum) && visitTree(tree.then, sum) && visitTree(tree.else, sum);
}

const SAME_WIDTH = new Set(['add', 'sub', 'addWrap', 'subWrap', 'mul', 'and', 'or', 'xor']);

function visit(w: Woven, sum: Sum): boolean {
  if (sum.seen.has(w)) return true;
  sum.seen.add(w);
  const { ex } = w;
  if (ex.width > MAX_WIDTH) return false;
  if (w.kind === 'shared') return true;
  sum.bits = Math.max(sum.bits, ex.width);
  if (w.kind === 'load' || (w.kind === 'slice' && w.low.slot !== undefined)) sum.loads.push(ex.width);
  else if (ex.op === 'binary' && ex.fn === 'mul') sum.products++;
  else if (ex.op === 'unary' && (ex.fn === 'popcount' || ex.fn === 'reduceXor')) sum.counts++;
  else sum.plain++;
  switch (w.kind) {
    case 'constant':
    case 'load':
      return true;
    case 'slice': {
      // Varying places are lanes that lie in memory side by side; the nest says how far apart they are.
      if (w.low.slot !== undefined) return w.a.kind === 'shared' && isStorageSize(ex.width) && w.a.ex.op === 'load';
      if (w.a.kind === 'load' && isStorageSize(ex.width) && w.a.ex.width > MAX_WIDTH) return false;
      return visit(w.a, sum);
    }
    case 'node':
      return node(w, sum);
  }
}

const isStorageSize = (width: number): boolean => width === 8 || width === 16 || width === 32 || width === 64;

function node(w: Extract<Woven, { kind: 'node' }>, sum: Sum): boolean {
  const { ex, kids } = w;
  if (ex.op !== 'binary') return kids.every((kid) => visit(kid, sum));
  const { a, b, fn } = ex;
  if (SAME_WIDTH.has(fn)) return kids.every((kid) => visit(kid, sum));
  if (fn === 'shl' || fn === 'shr') {
    const [value, distance] = kids;
    if (value === undefined || distance?.kind !== 'shared' || b.op !== 'const') return false;
    return wrap(b.value, b.width, false) < BigInt(ex.width) && visit(value, sum);
  }
  // Comparisons: a sign against none takes one bit more, and unsigned lanes of 64 bits have none.
  const bits = Math.max(a.width, b.width) + (a.signed === b.signed ? 0 : 1);
  if (bits > MAX_WIDTH || (bits === MAX_WIDTH && !a.signed && !b.signed && fn !== 'eq' && fn !== 'ne')) return false;
  sum.bits = Math.max(sum.bits, bits);
  return kids.every((kid) => visit(kid, sum));
}

/** Copies in one vector of lanes of at least so many bits. */
export const copiesAtOnce = (bits: number): number => 128 / sizeOf(bits);
