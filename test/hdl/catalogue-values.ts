/** Error catalogue: values, names and parameters, refused while a body runs. */
import { bool, uint } from '../../src/hdl/index.js';
import { block, Inner, state, here, declared, type Case } from './catalogue-kit.js';

export const valueCases: readonly Case[] = [
  {
    about: 'widths that differ',
    code: 'H1001',
    act: () => block((b, { a, y }) => b.assign(y, a.add(a)), false),
    text: [
      "assign: widths differ: 'y' has [W], 'a' has [W + 1]",
      `  --> ${here}`,
      declared('y'),
      declared('a'),
      '  write .extend(w) or .truncate(w) on one side, or declare one parameter for both widths',
    ],
  },
  {
    about: 'a port of an instance with another width',
    code: 'H1001',
    act: () => block((b, { a }) => void b.instance('one', Inner, { W: 2 }, { x: a })),
    text: [
      "port 'one.x' is uint [2] and 'a' is uint [W]",
      `  --> ${here}`,
      declared('a'),
      '  convert or resize the signal, or pass matching parameters',
    ],
  },
  {
    about: 'signed meets unsigned',
    code: 'H1002',
    act: () => block((_b, { a, c }) => void a.asSInt().add(c as never)),
    text: [
      "'a' is sint and 'c' is uint",
      `  --> ${here}`,
      declared('a'),
      declared('c'),
      '  convert one side with asSInt, asUInt or asBool',
    ],
  },
  {
    about: 'a name twice',
    code: 'H1006',
    act: () => block((b) => void [b.wire('x', bool()), b.wire('x', bool())]),
    text: [
      "'x' is declared twice in module 'block'",
      `  --> ${here}`,
      `      ${here}  'x' is declared here first`,
      '  rename one of them',
    ],
  },
  {
    about: 'an instance name twice',
    code: 'H1006',
    act: () =>
      block((b, { a }, W) => {
        b.instance('one', Inner, { W: W.plus(1) }, { x: a.extend(W.plus(1)) });
        b.instance('one', Inner, { W: W.plus(1) }, { x: a.extend(W.plus(1)) });
      }),
    text: [
      "instance 'one' stands twice in one block of module 'block'",
      `  --> ${here}`,
      `      ${here}  the first one is here`,
      '  rename one of them',
    ],
  },
  {
    about: 'a keyword as a name',
    code: 'H1007',
    act: () => block((b) => void b.wire('always', bool())),
    text: ["'always' is a keyword of SystemVerilog", `  --> ${here}`, '  choose another name'],
  },
  {
    about: 'a parameter as a plain number',
    code: 'H1009',
    act: () =>
      block((_b, _io, W) => {
        const width: unknown = W;
        for (let i = 0; i < (width as number); i++) return;
      }),
    text: [
      "parameter expression 'W' was used as a plain number; this would freeze it",
      `  --> ${here}`,
      '  use Nat arithmetic, b.genFor or b.genIf, or make the value a hard parameter with b.freeze',
    ],
  },
  {
    about: 'an inequality that does not hold, with a counter-example',
    code: 'H1010',
    act: () => block((_b, { a }) => void a.truncate(4)),
    text: [
      "truncate 'a': W is not shown to be at least 4; at W = 1 it is 1 < 4",
      `  --> ${here}`,
      declared('a'),
      '  add requires: natGe(W, 4), or correct the width',
    ],
  },
  {
    about: 'an inequality that holds and is not shown',
    code: 'H1010',
    act: () => block((_b, { a }, W) => void a.extend(W.times(W).plus(4)).truncate(W.times(4))),
    text: [
      "truncate 'a': W*W + 4 is not shown to be at least W*4; no small values contradict it",
      `  --> ${here}`,
      declared('a'),
      '  add requires: natGe(W*W + 4, W*4), or correct the width',
    ],
  },
  {
    about: 'a signal used outside of its generate block',
    code: 'H1012',
    act: () =>
      block((b, { a, y }) => {
        let stage = a;
        b.genFor('lane', 2, () => (stage = b.let('stage', a.addWrap(1))));
        b.assign(y, stage);
      }, false),
    text: [
      "'stage' is declared in a generate block that is not around this place",
      `  --> ${here}`,
      declared('stage'),
      '  carry the value out through a vector declared outside the block',
    ],
  },
  {
    about: 'an input that is driven',
    code: 'H1013',
    act: () => block((b, { a }) => b.assign(a, 0)),
    text: [
      "assign: 'a' cannot be driven here",
      `  --> ${here}`,
      declared('a'),
      '  assign drives wires and outputs; use next for registers',
    ],
  },
  {
    about: 'a constant that does not fit at every width',
    code: 'H1014',
    act: () => block((b, { y }) => b.assign(y, 2), false),
    text: [
      'constant 2 is not shown to fit uint of W bits; not at W = 1',
      `  --> ${here}`,
      "  widen the signal, raise the parameter's minimum, or add a requires clause about W",
    ],
  },
  {
    about: 'an actual parameter that may be out of range',
    code: 'H1015',
    act: () => block((b, { a }, W) => void b.instance('one', Inner, { W }, { x: a })),
    text: [
      "instance 'one': parameter W = W is not shown to be at least 2; at W = 1 it is 1",
      `  --> ${here}`,
      "  raise the minimum of the parent's parameter, or add a requires clause",
    ],
  },
  {
    about: 'two ends of one when',
    code: 'H1016',
    act: () =>
      block((b, { go }) => {
        const r = b.regs({ held: uint(3) });
        const chain = b.when(go, () => b.next(r.held, 0));
        chain.otherwise(() => b.next(r.held, 1));
        chain.otherwise(() => b.next(r.held, 2));
      }),
    text: ['this when already has an elseWhen or otherwise', `  --> ${here}`, '  continue the chain at its end'],
  },
  {
    about: 'an unsigned value below zero',
    code: 'H1025',
    act: () => block((_b, { a }) => void a.lt(0)),
    text: [
      "'a' is unsigned: it is never below 0",
      `  --> ${here}`,
      declared('a'),
      '  compare with eq or ne, or convert with asSInt where the sign is meant',
    ],
  },
  {
    about: 'an unsigned value at least zero',
    code: 'H1025',
    act: () => block((_b, { a }) => void a.ge(0)),
    text: [
      "'a' is unsigned: it is always at least 0",
      `  --> ${here}`,
      declared('a'),
      '  compare with eq or ne, or convert with asSInt where the sign is meant',
    ],
  },
  {
    about: 'a switch without one of its members',
    code: 'H1017',
    act: () =>
      block((b) => {
        const r = b.regs({ at: state.startsAt('idle') });
        b.switch(r.at, { idle: () => b.next(r.at, 1), run: () => b.next(r.at, 0) } as never);
      }),
    text: ["switch over 'at_q': done", `  --> ${here}`, '  handle exactly idle, run, done'],
  },
];
