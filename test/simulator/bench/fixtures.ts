/** Blocks of the library with one defect, for benches that must find it, and simulations of them. */
import { Fifo } from '../../../src/blocks/stream/index.js';
import { bool, buildDesign, defineModule, input, natParam, output, uint, vec } from '../../../src/hdl/index.js';
import { type CircuitSimulation, createInterpreter, createSimulation } from '../../../src/simulator/index.js';

export const makers = [
  ['compiled', createSimulation as (...args: Parameters<typeof createInterpreter>) => CircuitSimulation],
  ['interpreted', createInterpreter],
] as const;
export type Maker = (typeof makers)[number][1];

export const fifo = (make: Maker, params = { W: 8, DEPTH: 4 }): CircuitSimulation =>
  make(buildDesign(Fifo), { params });

/** Counts and remembers, with a wide input: something to travel in. */
const Memo = defineModule({
  name: 'memo',
  doc: 'a counter, a memory of what was written, and a wide register',
  params: { W: natParam({ default: 70, min: 1 }) },
  ports: ({ W }) => ({
    en: input(bool()),
    wide: input(uint(W)),
    lanes: input(vec(3, uint(5))),
    count: output(uint(8)),
    seen: output(uint(W)),
    lane: output(vec(3, uint(5))),
  }),
  body(b, io, { W }) {
    const r = b.regs({ count: uint(8).reset(0), seen: uint(W), lanes: vec(3, uint(5)) });
    const store = b.memory('store', uint(W), 16);
    store.write(r.count.truncate(4), io.wide, io.en);
    b.next(r.seen, store.read(r.count.truncate(4)));
    b.when(io.en, () => b.next(r.count, r.count.inc()));
    b.genFor('lane', 3, (i) => b.next(r.lanes.at(i), r.lanes.at(i).addWrap(io.lanes.at(i))));
    b.assign(io.count, r.count);
    b.assign(io.seen, r.seen);
    b.assign(io.lane, r.lanes);
  },
});
export const memo = (make: Maker): CircuitSimulation => make(buildDesign(Memo));
