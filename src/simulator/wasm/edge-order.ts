/** Who reads what at the edge: whether one more read keeps the order of updates free of circles. */
import { type ElaboratedCircuit, type Ex, signalOf } from '../elaborated.js';
import { visitReads, visitTree } from '../walk.js';
import type { Prepared } from './prepared.js';

/** A search that comes to more registers than this is given up. */
const MOST_VISITS = 2000;

export class EdgeOrder {
  /** By register or memory: those that its update or write reads, and which it therefore goes before. */
  private readonly reads = new Map<number, Set<number>>();

  constructor(
    private readonly circuit: Pick<ElaboratedCircuit, 'signals'>,
    { updates, writes }: Pick<Prepared, 'updates' | 'writes'>,
  ) {
    for (const u of updates) visitTree(u.tree, (ex) => this.note(u.target, ex));
    for (const w of writes)
      for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) this.note(w.memory, ex);
  }

  private note(target: number, ex: Ex): void {
    for (const id of this.stateRead(ex)) {
      const list = this.reads.get(target);
      if (list === undefined) this.reads.set(target, new Set([id]));
      else list.add(id);
    }
  }

  private stateRead(ex: Ex): ReadonlySet<number> {
    const found = new Set<number>();
    visitReads(ex, ({ signal }) => {
      const { kind } = signalOf(this.circuit, signal);
      if (kind === 'reg' || kind === 'memory') found.add(signal);
    });
    return found;
  }

  /** Lets the update of `target` read what `ex` reads, unless that closes a circle. */
  admit(target: number, ex: Ex): boolean {
    const more = this.stateRead(ex);
    const seen = new Set<number>();
    const stack = [...more];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (id === target || seen.size > MOST_VISITS) return false;
      if (seen.has(id)) continue;
      seen.add(id);
      stack.push(...(this.reads.get(id) ?? []));
    }
    this.note(target, ex);
    return true;
  }
}
