/** For `explain CODE`: how each error of the kit comes about in an author's text, and what to write instead. */
export const examples: Readonly<Record<string, string>> = {
  H1001: `b.assign(sum, a.add(x));                     // sum: uint(W), a.add(x): uint(W + 1)
b.assign(sum, a.addWrap(x));                 // modulo 2^W, or: a.add(x).truncate(W)`,
  H1002: `b.assign(y, signed.add(unsigned));
b.assign(y, signed.add(unsigned.extend(W.plus(1)).asSInt()));`,
  H1003: `const v = b.wire('v', vec(4, bool()));
b.genFor('lane', 3, (i) => b.assign(v.at(i), x.at(i)));   // v[3] has no driver
b.genFor('lane', 4, (i) => b.assign(v.at(i), x.at(i)));`,
  H1004: `b.assign(y, 0);
b.when(go, () => b.assign(y, x));            // a second driver
b.comb(() => { b.assign(y, 0); b.when(go, () => b.assign(y, x)); });`,
  H1005: `b.comb(() => b.when(go, () => b.assign(y, x)));           // and while go is false?
b.comb(() => { b.assign(y, 0); b.when(go, () => b.assign(y, x)); });`,
  H1006: `b.regs({ level: uint(4) });
b.regs({ level: uint(5) });                  // both are level_q in the text`,
  H1007: `b.wire('always', bool());
b.wire('alwaysOn', bool());`,
  H1008: `ports: () => ({ x: input(uint(8)), mode: input(bool()), y: output(uint(8)) }),
body: (b, { x, y }) => b.assign(y, x),                    // mode?
body(b, { x, mode, y }) { b.assign(y, x); b.unused('mode', mode); }`,
  H1009: `for (let i = 0; i < N; i++) ...              // N is a live parameter
b.genFor('lane', N, (i) => ...)              // or b.freeze(N, 'why its value shapes the module')`,
  H1010: `b.assign(y, x.truncate(4));                  // x: uint(W) and W may be 1
requires: ({ W }) => [requirement(natGe(W, 4), 'four bits are kept')],`,
  H1011: `b.instance('slice', RegisterSlice, { W }, {});            // s_axis comes from nowhere
b.instance('slice', RegisterSlice, { W }, { s_axis: s, m_axis: m });`,
  H1012: `let last = x;
b.genFor('lane', N, (i) => { last = b.let('next', last.addWrap(1)); });
const hop = b.wire('hop', vec(N.plus(1), uint(W)));       // carried by a vector
b.genFor('lane', N, (i) => b.assign(hop.at(i.plus(1)), hop.at(i).addWrap(1)));`,
  H1013: `b.assign(register, x);                       // a register takes b.next(register, x)
b.next(wire, x);                             // a wire takes b.assign(wire, x)`,
  H1014: `b.assign(y, 200);                            // y: uint(W), W >= 1
W: natParam({ default: 8, min: 8 })          // then 200 fits at every W`,
  H1015: `b.instance('fifo', Fifo, { DEPHT: 4 }, ...);
b.instance('fifo', Fifo, { DEPTH: 4 }, ...);`,
  H1016: `const chain = b.when(a, first);
chain.otherwise(second);
chain.otherwise(third);                      // the chain has ended`,
  H1017: `b.switch(state, { idle: () => ..., run: () => ... });     // state has 'done' too
b.switch(state, { idle: () => ..., run: () => ..., done: () => ... });`,
  H1018: `b.next(local, remote);                       // remote: another clock
const synced = b.instance('sync', BitSynchronizer, {}, { d: remote });
b.next(local, synced.q);`,
  H1025: `b.when(x.ge(0), ...);                       // x: uint(W), always
b.when(x.asSInt().ge(0), ...);              // the highest bit is a sign`,
  H1026: `b.assign(y, x);                              // A*B wide and C*D wide, after ten requires clauses
requires: (p) => [requirement(natGe(p.A.times(p.B), p.C.times(p.D)), ...), ...]`,
  H1019: `body(b, { s_axis: s, y }) { b.when(s.fire, () => ...); }  // nobody drives s.ready
body(b, { s_axis: s, y }) { b.assign(s.ready, 1); b.when(s.fire, () => ...); }`,
  H1020: `const store = b.memory('store', uint(8), 16);
store.write(p, x, pushA);
store.write(q, z, pushB);                    // and if p = q?
const store = b.memory('store', uint(8), 16, { collision: 'never' });`,
  H1021: `b.instance('fifo', AsyncFifo, { W }, { s_axis, m_axis });
b.instance('fifo', AsyncFifo, { W }, { s_axis, m_axis }, { domains: { main: 'main', m: 'io' } });`,
  H1101: `b.assign(a, c.or(x));
b.assign(c, a.and(y));                       // a needs c needs a
b.next(held, a.and(y));                      // a register breaks the circle`,
};
