/** Structures that simulators get wrong: chains, shifts, gates, memories, resets; each on both simulators. */
import { describe, expect, it } from 'vitest';
import { type Design, lit } from '../../src/circuit/index.js';
import {
  type CircuitSimulation,
  type CreateOptions,
  createInterpreter,
  createSimulation,
} from '../../src/simulator/index.js';
import {
  BOOL,
  Sketch,
  assign,
  at,
  binary,
  clocked,
  forLoop,
  index,
  konst,
  nat,
  next,
  param,
  sint,
  uint,
  vec,
  when,
} from './build.js';

function both(
  name: string,
  design: () => Design,
  body: (s: CircuitSimulation) => void,
  options: CreateOptions = {},
): void {
  it(`${name} (interpreter)`, () => body(createInterpreter(design(), options)));
  it(`${name} (wasm)`, () => body(createSimulation(design(), options)));
}

const i = index('i');
const N = param('N');

describe('ripple chains', () => {
  const chain = (up: boolean) => (): Design => {
    const s = new Sketch('chain', { N: 8 });
    const x = s.input('x', uint(16));
    const y = s.output('y', uint(16));
    const hop = s.wire('hop', vec(nat('add', N, 1), uint(16)));
    const [from, to] = up ? [i, nat('add', i, 1)] : [nat('add', i, 1), i];
    s.items.push(
      assign(hop, s.ref(x), up ? lit(0) : N),
      forLoop('i', N, assign(hop, binary('addWrap', uint(16), at(s.ref(hop), from), konst(uint(16), 1)), to)),
      assign(y, at(s.ref(hop), up ? N : lit(0))),
    );
    return s.design();
  };
  for (const up of [true, false]) {
    both(
      `runs ${up ? 'upwards' : 'downwards'} in one settle`,
      chain(up),
      (s) => {
        s.poke('x', 100);
        s.settle();
        expect(s.peek('y')).toBe(1100n);
        expect(s.peekSignal(up ? 'hop[3]' : 'hop[997]')).toBe(103n);
      },
      { params: { N: 1000 } },
    );
  }
});

describe('shift registers in a loop', () => {
  for (const up of [true, false]) {
    const design = (): Design => {
      const s = new Sketch('shift', { N: 6 });
      const x = s.input('x', uint(8));
      const en = s.input('en', BOOL);
      const q = s.reg('q_q', vec(N, uint(8)));
      const y = s.output('y', vec(N, uint(8)));
      const last = nat('sub', N, 1);
      const [from, to] = up ? [i, nat('add', i, 1)] : [nat('add', i, 1), i];
      s.items.push(
        clocked(when(s.ref(en), [next(q, s.ref(x), up ? lit(0) : last)])),
        forLoop('i', last, clocked(when(s.ref(en), [next(q, at(s.ref(q), from), to)]))),
        assign(y, s.ref(q)),
      );
      return s.design();
    };
    both(`shift ${up ? 'up' : 'down'} and hold`, design, (s) => {
      s.poke('en', 1);
      for (let k = 1; k <= 6; k++) {
        s.poke('x', k);
        s.tick();
      }
      s.poke('en', 0);
      s.poke('x', 99);
      s.tick();
      s.settle();
      expect(s.port('y').getElements()).toEqual(up ? [6, 5, 4, 3, 2, 1] : [1, 2, 3, 4, 5, 6]);
    });
  }

  both(
    'swap and rotate without losing old values',
    () => {
      const s = new Sketch('swap');
      const a = s.reg('a_q', uint(8), konst(uint(8), 1));
      const b = s.reg('b_q', uint(8), konst(uint(8), 2));
      const r = s.reg('r_q', vec(4, uint(8)));
      const y = s.output('y', uint(16));
      s.items.push(
        clocked(next(a, s.ref(b)), next(b, s.ref(a))),
        forLoop('i', 4, clocked(next(r, at(s.ref(r), nat('mod', nat('add', i, 1), 4)), i))),
        assign(y, { op: 'cat', type: { kind: 'uint', width: lit(16) }, parts: [s.ref(a), s.ref(b)] }),
      );
      return s.design();
    },
    (s) => {
      s.tick();
      s.poke('aresetn', 1);
      s.pokeSignal('r_q', 0x04030201n);
      s.tick();
      s.settle();
      expect(s.peek('y')).toBe(0x0201n);
      expect(s.peekSignal('r_q')).toBe(0x01040302n);
      s.tick();
      expect(s.peekSignal('r_q')).toBe(0x02010403n);
    },
  );
});

describe('loops of one shape', () => {
  both(
    'that read each other crosswise are not run as one',
    () => {
      const s = new Sketch('cross', { N: 4 });
      const x = s.input('x', vec(N, uint(8)));
      const [a, b, c] = [s.wire('a', vec(N, uint(8))), s.wire('b', vec(N, uint(8))), s.wire('c', vec(N, uint(8)))];
      const [p, q] = [s.reg('p_q', vec(N, uint(8))), s.reg('q_q', vec(N, uint(8)))];
      const y = s.output('y', vec(N, uint(8)));
      const back = nat('sub', nat('sub', N, 1), i);
      const inc = (e: ReturnType<typeof s.ref>): typeof e => binary('addWrap', uint(8), e, konst(uint(8), 1));
      s.items.push(
        forLoop('i', N, assign(a, inc(at(s.ref(x), i)), i)),
        forLoop('i', N, assign(b, inc(at(s.ref(a), back)), i)),
        forLoop('i', N, assign(c, binary('xor', uint(8), at(s.ref(b), i), at(s.ref(b), back)), i)),
        forLoop('i', N, clocked(next(p, binary('xor', uint(8), at(s.ref(q), back), at(s.ref(c), i)), i))),
        forLoop('i', N, clocked(next(q, inc(at(s.ref(q), i)), i))),
        assign(y, s.ref(p)),
      );
      return s.design();
    },
    (s) => {
      const x = [10, 20, 30, 40];
      s.port('x').setElements(x);
      s.pokeSignal('q_q', 0x04030201n);
      s.tick();
      s.settle();
      expect(s.port('y').getElements()).toEqual(
        [1, 2, 3, 4].reverse().map((q, k) => q ^ ((x[3 - k] ?? 0) + 2) ^ ((x[k] ?? 0) + 2)),
      );
      expect(s.peekSignal('q_q')).toBe(0x05040302n);
    },
  );
});

describe('statements', () => {
  both(
    'the last statement wins, also partly',
    () => {
      const s = new Sketch('last');
      const [a, b] = [s.input('a', BOOL), s.input('b', BOOL)];
      const q = s.reg('q_q', vec(3, uint(8)));
      const y = s.output('y', vec(3, uint(8)));
      const all = konst(uint(8), 7);
      s.items.push(
        clocked(
          next(q, { op: 'convert', fn: 'unpack', type: vec(3, uint(8)), a: konst(uint(24), 0x010203) }),
          when(s.ref(a), [next(q, all, lit(1)), when(s.ref(b), [next(q, at(s.ref(q), lit(0)), lit(2))])]),
        ),
        assign(y, s.ref(q)),
      );
      return s.design();
    },
    (s) => {
      s.tick();
      s.settle();
      expect(s.peek('y')).toBe(0x010203n);
      s.poke('a', 1);
      s.tick();
      s.settle();
      expect(s.peek('y')).toBe(0x010703n);
      s.poke('b', 1);
      s.tick();
      s.settle();
      expect(s.peek('y')).toBe(0x030703n);
    },
  );

  both(
    'conditions of a generate block over the index split the loop',
    () => {
      const s = new Sketch('split', { N: 5 });
      const x = s.input('x', uint(8));
      const y = s.output('y', vec(N, uint(8)));
      const tmp = s.wire('tmp', uint(8));
      const plus = binary('addWrap', uint(8), s.ref(x), { op: 'const', type: uint(8), value: i });
      s.items.push(
        forLoop('i', N, { item: 'declare', signal: tmp }, assign(tmp, plus), {
          item: 'if',
          label: 'edge',
          condition: { rel: '==', a: i, b: nat('div', N, 2) },
          then: [assign(y, konst(uint(8), 255), i)],
          else: [assign(y, s.ref(tmp), i)],
        }),
      );
      return s.design();
    },
    (s) => {
      s.poke('x', 10);
      s.settle();
      expect(s.port('y').getElements()).toEqual([10, 11, 12, 255, 14, 15, 16]);
      expect(s.peekSignal('tmp[5]')).toBe(15n);
    },
    { params: { N: 7 } },
  );
});

describe('memories', () => {
  const design = (): Design => {
    const s = new Sketch('memory');
    const [we, address, data] = [s.input('we', BOOL), s.input('address', uint(4)), s.input('data', uint(100))];
    const m = s.add({ kind: 'memory', name: 'm', type: uint(100), domain: 0, depth: lit(10) });
    const read = { op: 'read' as const, type: uint(100), memory: m, address: s.ref(address) };
    const q = s.reg('q_q', uint(100));
    const [now, old] = [s.output('now', uint(100)), s.output('old', uint(100))];
    s.items.push(
      clocked(
        when(s.ref(we), [{ stmt: 'write', memory: m, address: s.ref(address), data: s.ref(data) }]),
        next(q, read),
      ),
      assign(now, read),
      assign(old, s.ref(q)),
    );
    return s.design();
  };
  both('a read in the cycle of a write sees the old word; out of range reads 0', design, (s) => {
    const big = (1n << 99n) | 5n;
    s.poke('we', 1);
    s.poke('address', 9);
    s.poke('data', big);
    s.tick();
    s.settle();
    expect([s.peek('now'), s.peek('old')]).toEqual([big, 0n]);
    s.poke('address', 12);
    s.tick();
    s.settle();
    expect([s.peek('now'), s.peek('old')]).toEqual([0n, 0n]);
    s.poke('we', 0);
    s.poke('address', 9);
    s.tick();
    s.settle();
    expect(s.peek('old')).toBe(big);
    expect(s.peekSignal('m[9]')).toBe(big);
  });

  const rom = (): Design => {
    const s = new Sketch('rom');
    const address = s.input('address', uint(15));
    const m = s.add({
      kind: 'memory',
      name: 'm',
      type: vec(32, sint(8)),
      domain: 0,
      depth: lit(32768),
      image: 'IMAGE',
    });
    const y = s.output('y', vec(32, sint(8)));
    s.items.push(assign(y, { op: 'read', type: vec(32, sint(8)), memory: m, address: s.ref(address) }));
    const module = s.module({ params: [{ kind: 'image', name: 'IMAGE', doc: 'weights' }] });
    return { top: 'rom', modules: { rom: module } };
  };
  const words = Array.from({ length: 32768 }, (_, k) => (BigInt(k) << 240n) | BigInt(k * 3));
  both(
    'a large read-only memory of vectors',
    rom,
    (s) => {
      for (const k of [0, 1, 12345, 32767]) {
        s.poke('address', k);
        s.settle();
        expect(s.peek('y')).toBe(words[k]);
      }
    },
    { images: { IMAGE: { file: 'w.mem', width: 256, words } } },
  );
});

describe('wide and long', () => {
  both(
    'a stream of 784 bytes, packed and unpacked',
    () => {
      const s = new Sketch('wide');
      const x = s.input('x', uint(6272));
      const bytes = s.wire('bytes', vec(784, uint(8)));
      const plus = s.reg('plus_q', vec(784, uint(8)));
      const y = s.output('y', uint(6272));
      const bits = s.output('bits', uint(784));
      const odd = s.wire('odd', vec(784, BOOL));
      s.items.push(
        assign(bytes, { op: 'convert', fn: 'unpack', type: vec(784, uint(8)), a: s.ref(x) }),
        forLoop(
          'i',
          784,
          clocked(next(plus, binary('addWrap', uint(8), at(s.ref(bytes), i), konst(uint(8), 1)), i)),
          assign(
            odd,
            {
              op: 'convert',
              fn: 'reinterpret',
              type: BOOL,
              a: { op: 'slice', type: { kind: 'uint', width: lit(1) }, a: at(s.ref(plus), i), low: lit(0) },
            },
            i,
          ),
        ),
        assign(y, { op: 'convert', fn: 'pack', type: uint(6272), a: s.ref(plus) }),
        assign(bits, { op: 'convert', fn: 'pack', type: uint(784), a: s.ref(odd) }),
      );
      return s.design();
    },
    (s) => {
      let [x, y, bits] = [0n, 0n, 0n];
      for (let k = 783; k >= 0; k--) {
        const byte = (k * 37) & 255;
        x = (x << 8n) | BigInt(byte);
        y = (y << 8n) | BigInt((byte + 1) & 255);
        bits = (bits << 1n) | BigInt((byte + 1) & 1);
      }
      s.poke('x', x);
      s.tick();
      s.settle();
      expect(s.peek('y')).toBe(y);
      expect(s.peek('bits')).toBe(bits);
    },
  );
});

describe('resets', () => {
  for (const asynchronousReset of [false, true]) {
    both(
      asynchronousReset ? 'asynchronous: at once' : 'synchronous: at the edge',
      () => {
        const s = new Sketch('reset');
        const q = s.reg('q_q', uint(8), konst(uint(8), 9));
        const y = s.output('y', uint(8));
        s.items.push(clocked(next(q, binary('addWrap', uint(8), s.ref(q), konst(uint(8), 1)))), assign(y, s.ref(q)));
        const module = s.module({ domains: [{ clock: 'aclk', reset: 'aresetn', asynchronousReset }] });
        return { top: 'reset', modules: { reset: module } };
      },
      (s) => {
        const y = (): number => {
          s.settle();
          return s.port('y').getNumber();
        };
        expect(y()).toBe(asynchronousReset ? 9 : 0);
        s.tick();
        expect(y()).toBe(9);
        s.poke('aresetn', 1);
        s.run(3);
        expect(y()).toBe(12);
      },
    );
  }
});
