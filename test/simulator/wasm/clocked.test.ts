/** Who reads a memory at an edge does so before it is written, also where registers and writes read each other in circles. */
import { describe, expect, it } from 'vitest';
import { bool, buildDesign, defineModule, input, output, uint } from '../../../src/hdl/index.js';
import { type ElaboratedCircuit, elaborate } from '../../../src/simulator/index.js';
import { type ClockedItem, orderClocked } from '../../../src/simulator/wasm/clocked.js';
import { planOf } from '../../../src/simulator/wasm/engine.js';
import { visitPlan } from '../../../src/simulator/wasm/plan.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';
import { visitReads } from '../../../src/simulator/walk.js';
import { firstDifference } from '../compare.js';
import { randomDesign } from '../random-circuit.js';

const Swap = defineModule({
  name: 'swap',
  doc: 'two memories that copy each other',
  params: {},
  ports: () => ({ a: input(uint(2), ''), d: input(uint(8), ''), go: input(bool(), ''), y: output(uint(16), '') }),
  body(b, { a, d, go, y }) {
    const [m, n] = [b.memory('m', uint(8), 4), b.memory('n', uint(8), 4)];
    m.write(a, go.mux(n.read(a), d));
    n.write(a, m.read(a));
    b.assign(y, m.read(a.inc()).extend(16).shl(8).or(n.read(a.inc()).extend(16)));
  },
});

const memoriesRead = (circuit: ElaboratedCircuit, item: ClockedItem): Set<number> => {
  const found = new Set<number>();
  const note = ({ signal }: { readonly signal: number }): void => {
    if (circuit.signals[signal]?.kind === 'memory') found.add(signal);
  };
  if (item.kind === 'update') visitPlan(item.update.plan, [...item.update.loops, ...item.update.inner], note);
  else
    for (const ex of [item.write.address, item.write.data, ...item.write.guards.map((g) => g.cond)])
      visitReads(ex, note);
  return found;
};

/** Register updates behind a write to a memory that they read. */
function late(circuit: ElaboratedCircuit): ClockedItem[] {
  const items = orderClocked(circuit, planOf(circuit, wireOrder(circuit, circuit.assigns)));
  const written = new Set<number>();
  return items.filter((item) => {
    const reads = memoriesRead(circuit, item);
    const isLate = item.kind === 'update' && [...reads].some((m) => written.has(m));
    if (item.kind === 'write') written.add(item.write.memory);
    return isLate;
  });
}

describe('the order at an edge', () => {
  // In circuit 901 a circle of two writes and a register once let another reader of the memory come behind the writes.
  it('reads memories before they are written, in 40 random circuits', () => {
    let readers = 0;
    for (let seed = 880; seed < 920; seed++) {
      const circuit = elaborate(randomDesign(seed, 3));
      expect(late(circuit), `circuit ${seed}`).toEqual([]);
      readers += circuit.writes.length;
    }
    expect(readers).toBeGreaterThan(40);
  });

  it('lets two memories copy each other', () => {
    const circuit = elaborate(buildDesign(Swap));
    for (let seed = 1; seed <= 5; seed++) {
      expect(firstDifference(circuit, seed, 200, true), `seed ${seed}`).toBeUndefined();
    }
  });
});
