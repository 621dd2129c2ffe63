/** Whether copies can run side by side in lanes, and what that saves. */
import { wrap } from '../elaborated.js';
import { MAX_WIDTH } from './statements.js';
import type { Woven, WovenTree } from './weave.js';

/** Widest value in the lanes and rough number of instructions of one copy. */
export interface LaneCost {
  readonly bits: number;
  readonly cost: number;
}

/** What the trees need of lanes; undefined where something in them has no vector code. */
export function laneCost(tree: WovenTree): LaneCost | undefined {
  const sum = { bits: 8, cost: 1, seen: new Set<Woven>() };
  return visitTree(tree, sum) ? sum : undefined;
}

interface Sum {
  bits: number;
  cost: number;
  readonly seen: Set<Woven>;
}

function visitTree(tree: WovenTree, sum: Sum): boolean {
  if (tree.kind === 'keep') return true;
  if (tree.kind === 'value') return visit(tree.value, sum);
  sum.cost++;
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
  sum.cost += w.kind === 'load' ? 2 : 1;
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
export const copiesAtOnce = (bits: number): number => 128 / (bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64);
