/**
 * Signals of which some bit is never read, at some parameter values: the tail of a chain, a port that a variant ignores.
 *
 * Bits are counted at a few parameter values. A read under a generate condition over parameters counts where both branches
 * have it; a condition over loop indices is decided for each iteration.
 */
import {
  allItems,
  evalNat,
  expressionsOf,
  type Expr,
  forEachStmt,
  type Item,
  type ModuleDef,
  type Nat,
  type NatEnv,
  operandsOf,
  packedWidth,
  type SignalId,
} from '../circuit/index.js';
import { type Bits, bitsOf } from './bits.js';
import { widthOf } from './expr.js';
import { holds, legalSettings } from './settings.js';

/** Read bits by signal. */
type Reads = Map<SignalId, Set<number>>;

/** Loop iterations looked at per parameter setting; a setting with more is skipped. */
const ITERATIONS = 20_000;
const WIDEST = 4096;

export function unreadSignals(def: ModuleDef): ReadonlySet<SignalId> {
  const unread = new Set<SignalId>();
  for (const env of legalSettings(def)) {
    const counter = new ReadCounter();
    let reads: Reads;
    try {
      reads = counter.block(def.items, env);
    } catch (error) {
      if (error instanceof TooMany) continue;
      throw error;
    }
    def.signals.forEach((signal, id) => {
      // A name that says so is enough: lint tools leave `unused_...` alone.
      if (signal.kind === 'output' || signal.kind === 'memory' || signal.name.startsWith('unused_')) return;
      // a signal in a generate block may have a width that depends on the index: there, any read counts
      const width = widthAt(signal.type, env);
      if ((reads.get(id)?.size ?? 0) < (width ?? 1)) unread.add(id);
    });
  }
  return unread;
}

class TooMany extends Error {}

function mentionsIndex(nat: Nat): boolean {
  if (nat.op === 'index') return true;
  if (nat.op === 'clog2') return mentionsIndex(nat.a);
  return 'b' in nat && (mentionsIndex(nat.a) || mentionsIndex(nat.b));
}

function widthAt(type: Parameters<typeof packedWidth>[0], env: NatEnv): number | undefined {
  try {
    return evalNat(packedWidth(type), env);
  } catch {
    return undefined;
  }
}

class ReadCounter {
  private steps = 0;

  block(items: readonly Item[], env: NatEnv, into: Reads = new Map()): Reads {
    for (const item of items) this.item(item, env, into);
    return into;
  }

  private item(item: Item, env: NatEnv, into: Reads): void {
    if (this.steps++ > ITERATIONS) throw new TooMany();
    const read = (expr: Expr) => this.expr(expr, env, into);
    switch (item.item) {
      case 'assign':
        return read(item.value);
      case 'process':
        return forEachStmt(item.body, (stmt) => expressionsOf(stmt).forEach(read));
      case 'instance':
        for (const binding of Object.values(item.bindings)) if (binding.dir === 'input') read(binding.value);
        return;
      case 'for': {
        const count = evalNat(item.count, env);
        for (let k = 0; k < count; k++) this.block(item.items, { ...env, [item.index]: k }, into);
        return;
      }
      case 'if': {
        if (mentionsIndex(item.condition.a) || mentionsIndex(item.condition.b)) {
          this.block(holds(item.condition, env) ? item.then : item.else, env, into);
          return;
        }
        const then = this.block(item.then, env);
        const otherwise = this.block(item.else, env);
        for (const [id, bits] of then) {
          for (const bit of bits) if (otherwise.get(id)?.has(bit) === true) markBit(into, id, bit);
        }
        // what a branch declares is read there or nowhere
        for (const [items, reads] of [[item.then, then] as const, [item.else, otherwise] as const]) {
          for (const id of declaredIn(items)) for (const bit of reads.get(id) ?? []) markBit(into, id, bit);
        }
        return;
      }
      default:
    }
  }

  private expr(expr: Expr, env: NatEnv, into: Reads): void {
    if (this.steps++ > ITERATIONS * 10) throw new TooMany();
    const bits = bitsOf(expr);
    if (bits !== undefined) return this.mark(bits, evalNat(bits.width, env), env, into);
    if (expr.op === 'convert' && expr.fn === 'truncate') {
      const inner = bitsOf(expr.a);
      if (inner !== undefined) return this.mark(inner, evalNat(widthOf(expr), env), env, into);
    }
    for (const operand of operandsOf(expr)) this.expr(operand, env, into);
  }

  private mark(bits: Bits, width: number, env: NatEnv, into: Reads): void {
    const low = evalNat(bits.offset, env);
    if (width > WIDEST) throw new TooMany();
    for (let bit = low; bit < low + width; bit++) markBit(into, bits.signal, bit);
  }
}

function declaredIn(items: readonly Item[]): SignalId[] {
  return allItems(items).flatMap((item) => (item.item === 'declare' ? [item.signal] : []));
}

function markBit(into: Reads, id: SignalId, bit: number): void {
  const known = into.get(id);
  if (known === undefined) into.set(id, new Set([bit]));
  else known.add(bit);
}
