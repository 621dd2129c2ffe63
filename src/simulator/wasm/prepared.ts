/** The circuit between passes: what drives wires, what happens at the edge. */
import type { Assign, ElaboratedCircuit, Ex, MemoryWrite, Update } from '../elaborated.js';
import { visitReads, visitTree } from '../walk.js';

export interface Prepared {
  readonly assigns: readonly Assign[];
  readonly updates: readonly Update[];
  readonly writes: readonly MemoryWrite[];
}

/** Lists of the nodes that drive a signal: the first one per signal, the next one per node, -1 at the end. */
export function driversOf(
  signals: number,
  assigns: readonly Pick<Assign, 'target'>[],
): { readonly first: Int32Array; readonly next: Int32Array } {
  const first = new Int32Array(signals).fill(-1);
  const next = new Int32Array(assigns.length);
  for (let n = assigns.length - 1; n >= 0; n--) {
    const target = assigns[n]?.target ?? 0;
    next[n] = first[target] ?? -1;
    first[target] = n;
  }
  return { first, next };
}

/** The circuit with the drivers alone that its ports depend on within a cycle. */
export function whatPortsNeed(circuit: ElaboratedCircuit): ElaboratedCircuit {
  const { first, next } = driversOf(circuit.signals.length, circuit.assigns);
  const needed = new Uint8Array(circuit.signals.length);
  const waiting: number[] = [];
  const need = (signal: number): void => {
    if (needed[signal] === 0) waiting.push(signal);
    needed[signal] = 1;
  };
  circuit.ports.forEach(need);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
    for (let n = first[at] ?? -1; n >= 0; n = next[n] ?? -1) {
      const value = circuit.assigns[n]?.value;
      if (value !== undefined) visitReads(value, (read) => need(read.signal));
    }
  return { ...circuit, assigns: circuit.assigns.filter(({ target }) => needed[target] === 1) };
}

export function visitClocked(circuit: Pick<Prepared, 'updates' | 'writes'>, visit: (ex: Ex) => void): void {
  for (const u of circuit.updates) visitTree(u.tree, visit);
  for (const w of circuit.writes) {
    visit(w.address);
    visit(w.data);
    for (const g of w.guards) visit(g.cond);
  }
}
