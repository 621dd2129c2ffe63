/** Error catalogue: what is wrong with a finished module. */
import {
  bool,
  buildDesign,
  defineModule,
  input,
  natGe,
  type NatExpr,
  natParam,
  output,
  requirement,
  uint,
  vec,
} from '../../src/hdl/index.js';
import { AsyncFifo } from '../../src/blocks/cdc/index.js';
import { block, Held, streams, twoClocks, Inner, Pass, state, here, declared, type Case } from './catalogue-kit.js';

/** The square of a sum of parameters. */
function square(p: Readonly<Record<string, NatExpr>>, names: string): NatExpr {
  const sum = [...names].map((name) => p[name]!).reduce((all, one) => all.plus(one));
  return sum.times(sum);
}

export const moduleCases: readonly Case[] = [
  {
    about: 'an output without a driver',
    code: 'H1003',
    act: () => block(() => undefined, false),
    text: [
      "'y' of module 'block' has no driver",
      `  --> ${here}  'y' is declared here`,
      `      ${here}  module 'block'`,
      '  assign it, or remove it',
    ],
  },
  {
    about: 'a width that many requires clauses speak of, none of them alone',
    code: 'H1026',
    act: () =>
      buildDesign(
        defineModule({
          name: 'square',
          doc: 'two widths that differ',
          params: Object.fromEntries([...'ABCDEFGH'].map((name) => [name, natParam({ default: 1 })])),
          requires: (p) => ['AE', 'BF', 'CG', 'DH'].map(([x = '', y = '']) => requirement(natGe(p[x]!, p[y]!), 'more')),
          ports: (p) => ({ x: input(uint(square(p, 'EFGH'))), y: output(uint(square(p, 'ABCD'))) }),
          body: (b, { x, y }) => b.assign(y, x),
        }),
      ),
    text: [
      'could not prove that (A + B + C + D)*(A + B + C + D) equals (E + F + G + H)*(E + F + G + H): given up after 100000 steps',
      `  --> ${here}`,
      '  state this relation in requires, or write both sides alike',
    ],
  },
  {
    about: 'one element of a vector without a driver',
    code: 'H1003',
    act: () =>
      block((b, { a }) => {
        const v = b.wire('v', vec(4, bool()));
        b.genFor('lane', 3, (i) => b.assign(v.at(i), a.eq(0)));
      }),
    text: [
      "'v'[3] of module 'block' has no driver",
      `  --> ${here}  'v' is declared here`,
      `      ${here}  module 'block'`,
      '  assign it, or remove it',
    ],
  },
  {
    about: 'a register without a next value',
    code: 'H1003',
    act: () => block((b) => void b.regs({ held: uint(3) })),
    text: [
      "register 'held_q' of module 'block' never gets a next value",
      `  --> ${here}  'held_q' is declared here`,
      `      ${here}  module 'block'`,
      '  give it a b.next',
    ],
  },
  {
    about: 'two drivers',
    code: 'H1004',
    act: () => block((b, { c, y }) => b.assign(y, c)),
    text: [
      "'y' of module 'block' has two drivers",
      `  --> ${here}  driven here`,
      `      ${here}  and here`,
      declared('y'),
      '  leave one of them; a default belongs into the same b.comb',
    ],
  },
  {
    about: 'a wire without a value in the otherwise of a when',
    code: 'H1005',
    act: () => block((b, { a, go, y }) => b.comb(() => b.when(go, () => b.assign(y, a))), false),
    text: [
      "'y' of module 'block' is set in some branches only",
      `  --> ${here}  set here`,
      `      ${here}  no value where this condition does not hold`,
      declared('y'),
      '  set a default before the when',
    ],
  },
  {
    about: 'a wire without a value in an inner branch of one case',
    code: 'H1005',
    act: () =>
      block((b, { a, c, go, y }) => {
        const r = b.regs({ at: state.startsAt('idle') });
        b.next(r.at, 0);
        b.comb(() =>
          b.switch(r.at, {
            idle: () => b.assign(y, a),
            run: () => b.when(go, () => undefined).otherwise(() => b.assign(y, a)),
            done: () => b.assign(y, c),
          }),
        );
      }, false),
    text: [
      "'y' of module 'block' is set in some branches only",
      `  --> ${here}  set here`,
      `      ${here}  no value in case 'run' of this switch`,
      `      ${here}  no value where this condition holds`,
      declared('y'),
      '  set a default before the when',
    ],
  },
  {
    about: 'an input that nothing reads',
    code: 'H1008',
    act: () =>
      buildDesign(
        defineModule({
          name: 'deaf',
          doc: 'test',
          params: {},
          ports: () => ({ x: input(bool()), mode: input(uint(2)), y: output(bool()) }),
          body: (b, { x, y }) => b.assign(y, x),
        }),
      ),
    text: [
      "input 'mode' of module 'deaf' is never read",
      `  --> ${here}  'mode' is declared here`,
      `      ${here}  module 'deaf'`,
      "  remove the port, read it, or write b.unused('mode', ...) to say that it is meant",
    ],
  },
  {
    about: 'a source whose ready nothing reads',
    code: 'H1008',
    act: () =>
      streams((b, { s_axis, m_axis }) => {
        b.assign(m_axis.valid, s_axis.valid);
        b.assign(m_axis.data, s_axis.data);
        b.assign(s_axis.ready, 1);
      }),
    text: [
      "'m_axis_tready', the back-pressure of 'm_axis', of module 'relay' is never read",
      `  --> ${here}  'm_axis_tready' is declared here`,
      `      ${here}  module 'relay'`,
      "  remove the port, read it, or write b.unused('m_axis_tready', ...) to say that it is meant",
    ],
  },
  {
    about: 'a port of an instance left open',
    code: 'H1011',
    act: () => block((b) => void b.instance('one', Inner, { W: 2 }, {} as never)),
    text: ["instance 'one': port 'x' is not connected", `  --> ${here}`, declared('x'), "  connect 'x'"],
  },
  {
    about: 'a source that nothing drives',
    code: 'H1011',
    act: () => streams((b, { s_axis }) => b.assign(s_axis.ready, s_axis.valid.and(s_axis.data.eq(0)))),
    text: [
      "stream 'm_axis' of module 'relay' is left unconnected: nothing drives its valid and data",
      `  --> ${here}  'm_axis' is declared here`,
      `      ${here}  module 'relay'`,
      '  drive m_axis.valid and its data, or b.connect it to a stream',
    ],
  },
  {
    about: 'a sink that nobody answers',
    code: 'H1011',
    act: () =>
      streams((b, { m_axis }) => {
        b.assign(m_axis.valid, m_axis.ready);
        b.assign(m_axis.data, 0);
      }),
    text: [
      "stream 's_axis' of module 'relay' is left unconnected: nothing drives its ready",
      `  --> ${here}  's_axis' is declared here`,
      `      ${here}  module 'relay'`,
      '  drive s_axis.ready, or pass the stream on with b.connect',
    ],
  },
  {
    about: 'the stream of an instance that nobody takes',
    code: 'H1011',
    act: () =>
      streams((b, { s_axis, m_axis }) => {
        b.instance('first', Pass, {}, { s_axis });
        b.assign(m_axis.valid, m_axis.ready);
        b.assign(m_axis.data, 0);
      }),
    text: [
      "stream 'first_m_axis' of module 'relay' is left unconnected: it has no consumer",
      `  --> ${here}  'first_m_axis' is declared here`,
      `      ${here}  module 'relay'`,
      '  connect it to a sink of an instance, or drive its ready',
    ],
  },
  {
    about: 'a register that takes a value of another clock, through wires and an instance',
    code: 'H1018',
    act: () =>
      twoClocks((b, { remote, y }) => {
        const r = b.regs({ held: uint(8).reset(0) });
        const twisted = b.let('twisted', remote.not());
        b.next(r.held, b.instance('echo', Inner, { W: 8 }, { x: twisted }).y);
        b.assign(y, r.held);
      }),
    text: [
      "'held_q' of aclk takes a value of io_clk, 'remote', in module 'two_clocks' without a declared crossing",
      `  --> ${here}  'held_q' takes it here`,
      `      ${here}  'remote' of io_clk is declared here`,
      '  send it through BitSynchronizer or AsyncFifo, or state why it is safe with b.crossing',
    ],
  },
  {
    about: 'an instance of one clock that is fed from another',
    code: 'H1018',
    act: () =>
      twoClocks((b, { remote, y }) => {
        const held = b.instance('hold', Held, {}, { x: remote });
        b.assign(y, held.y);
      }),
    text: [
      "port 'hold.x' of aclk takes a value of io_clk, 'remote', in module 'two_clocks' without a declared crossing",
      `  --> ${here}  port 'hold.x' takes it here`,
      `      ${here}  'remote' of io_clk is declared here`,
      '  send it through BitSynchronizer or AsyncFifo, or state why it is safe with b.crossing',
    ],
  },
  {
    about: 'an output of one clock that comes from a register of another',
    code: 'H1018',
    act: () =>
      twoClocks((b, { remote, y }) => {
        const held = b.domain('io', () => b.instance('hold', Held, {}, { x: remote }));
        b.assign(y, held.y);
      }),
    text: [
      "output 'y' of aclk takes a value of io_clk, 'hold_y', in module 'two_clocks' without a declared crossing",
      `  --> ${here}  output 'y' takes it here`,
      `      ${here}  'hold_y' of io_clk is declared here`,
      '  send it through BitSynchronizer or AsyncFifo, or state why it is safe with b.crossing',
    ],
  },
  {
    about: 'an instance of several clocks without saying which',
    code: 'H1021',
    act: () =>
      streams((b, { s_axis, m_axis }) => {
        b.instance('fifo', AsyncFifo, {}, { s_axis, m_axis });
      }),
    text: [
      "instance 'fifo': module 'async_fifo' needs a clock 'm_axis_aclk', which 'relay' lacks",
      `  --> ${here}`,
      `      src/blocks/cdc/async-fifo.ts:L:C  module 'async_fifo'`,
      '  there are aclk; say which one with { domains: { ... } } as the last argument of b.instance',
    ],
  },
  {
    about: 'the ready of a sink, read and not driven',
    code: 'H1019',
    act: () =>
      streams((b, { s_axis, m_axis }) => {
        b.assign(m_axis.valid, s_axis.fire);
        b.assign(m_axis.data, s_axis.data);
        b.unused('ready', m_axis.ready);
      }),
    text: [
      "'s_axis_tready' is read, but module 'relay' never drives it: the ready of a sink is an output",
      `  --> ${here}  read here`,
      `      ${here}  's_axis' is declared here`,
      '  drive it with b.assign(s_axis.ready, ...)',
    ],
  },
  {
    about: 'two writes of one cycle without a policy',
    code: 'H1020',
    act: () =>
      block((b, { a, c, go }, W) => {
        const store = b.memory('store', uint(W), 16);
        const at = b.wire('at', uint(4));
        b.assign(at, 3);
        store.write(at, a, go);
        store.write(at, c);
        b.unused('word', store.read(at));
      }),
    text: [
      "memory 'store' of module 'block' may be written twice in one cycle, and nothing says what stays",
      `  --> ${here}  written here`,
      `      ${here}  and here`,
      declared('store'),
      "  give b.memory { collision: 'last' } or { collision: 'never' }, or put the writes into branches of one when",
    ],
  },
  {
    about: 'one write in every iteration of a loop',
    code: 'H1020',
    act: () =>
      block((b, { a, go }, W) => {
        const store = b.memory('store', uint(W), 16);
        const at = b.wire('at', vec(2, uint(4)));
        b.genFor('port', 2, (i) => {
          b.assign(at.at(i), 3);
          store.write(at.at(i), a, go);
        });
      }),
    text: [
      "memory 'store' of module 'block' may be written twice in one cycle, and nothing says what stays",
      `  --> ${here}  written here, once an iteration of 'port'`,
      declared('store'),
      "  give b.memory { collision: 'last' } or { collision: 'never' }, or put the writes into branches of one when",
    ],
  },
  {
    about: 'a combinational loop, through the ports of an instance and the elements of a vector',
    code: 'H1101',
    act: () =>
      block((b, { a, go, y }, W) => {
        const hop = b.wire('hop', vec(3, uint(W.plus(1))));
        const back = b.wire('back', uint(W.plus(1)));
        b.assign(hop.at(0), go.mux(back, a.extend(W.plus(1))));
        b.genFor('lane', 2, (i) => b.assign(hop.at(i.plus(1)), hop.at(i).not()));
        b.instance('echo', Inner, { W: W.plus(1) }, { x: hop.at(2), y: back });
        b.assign(y, back.truncate(W));
      }, false),
    text: [
      "combinational loop through hop[0] of module 'block'",
      `  --> ${here}  hop[0] depends on back`,
      `      ${here}  back depends on echo.y`,
      `      ${here}  echo.y depends on echo.x`,
      `      ${here}  echo.x depends on hop[2]`,
      `      ${here}  hop[2] depends on hop[1]`,
      `      ${here}  hop[1] depends on hop[0]`,
      '  put a register on one of these hops',
    ],
  },
];
