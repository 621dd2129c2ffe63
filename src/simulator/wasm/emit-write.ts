/** Code of one write port of a memory. */
import { type MemoryWrite, signalOf, strides } from '../elaborated.js';
import type { EmitContext, Shared } from './emit-context.js';
import type { Nest, Step } from './emit-nest.js';
import { pushAs, pushSaturated } from './emit-value.js';
import { wideInto } from './emit-wide.js';
import { I32, OP } from './function.js';
import { classOf } from './layout.js';

/** The port as a nest; `context` gives the function that is being written when the nest is emitted, `written` adds code behind a write. */
export function writeNest(shared: Shared, context: () => EmitContext, w: MemoryWrite, written: () => void): Nest {
  const { interner } = shared;
  const memory = signalOf(shared.circuit, w.memory);
  const depth = memory.dims[memory.loopRank] ?? 0;
  const step = strides(memory.dims);
  const address = interner.intern(w.address);
  const data = interner.intern(w.data);
  const zero = { c: 0, terms: [] };
  const store = (): void => {
    const c = context();
    const { f } = c;
    const { stride, address: base } = c.slot(w.memory);
    const word = f.local(I32);
    pushSaturated(c, address);
    f.tee(word).i32(depth).op(OP.i32.lt_u);
    f.if(() => {
      const rank = w.loops.length;
      const open = (d: number): void => {
        const count = w.inner[d];
        if (count !== undefined) {
          const local = f.local(I32);
          c.vars.set(rank + d, { local, extent: count });
          f.loop(local, count, () => c.scoped(() => open(d + 1)));
          c.vars.delete(rank + d);
          return;
        }
        const target = f.local(I32);
        const fixed = c.byteAffine(w.memory, [...w.prefix, zero, ...w.suffix], base);
        c.pushAffine(fixed);
        f.get(word)
          .i32(stride * (step[memory.loopRank] ?? 1))
          .op(OP.i32.mul, OP.i32.add)
          .set(target);
        if (classOf(memory.width) === 'wide') {
          wideInto(c, data, { local: target, offset: 0 });
        } else {
          f.get(target);
          pushAs(c, data, memory.width <= 32 ? 0x7f : 0x7e);
          c.store(memory.width, 0);
        }
      };
      c.scoped(() => open(0));
      written();
    });
  };
  let step0: Step = { kind: 'action', roots: [address, data], emit: store };
  for (const g of [...w.guards].reverse()) {
    const cond = interner.intern(g.cond);
    step0 = g.value
      ? { kind: 'branch', cond, then: [step0], else: [] }
      : { kind: 'branch', cond, then: [], else: [step0] };
  }
  return { loops: w.loops, steps: [step0], down: false };
}
