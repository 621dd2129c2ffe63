/** What the simulator says about circuits it cannot run. */
import { describe, expect, it } from 'vitest';
import { lit } from '../../src/circuit/index.js';
import { HeddleError } from '../../src/base/diagnostics.js';
import { compile, createInterpreter, createSimulation, elaborate, interpret } from '../../src/simulator/index.js';
import { Sketch, assign, at, binary, forLoop, index, konst, nat, param, uint, vec } from './build.js';

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof HeddleError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const i = index('i');
const inc = (a: Parameters<typeof binary>[2]): Parameters<typeof binary>[2] =>
  binary('addWrap', uint(8), a, konst(uint(8), 1));

describe('combinational loops', () => {
  const ring = (): Sketch => {
    const s = new Sketch('ring', { N: 3 });
    const hop = s.wire('hop', vec(param('N'), uint(8)));
    const y = s.output('y', uint(8));
    s.items.push(
      forLoop('i', param('N'), {
        ...assign(hop, inc(at(s.ref(hop), nat('mod', nat('add', i, 1), param('N')))), i),
        place: { file: 'ring.ts', line: 7, column: 3 },
      } as ReturnType<typeof assign>),
      assign(y, at(s.ref(hop), lit(0))),
    );
    return s;
  };

  it('are reported element by element, by both simulators', () => {
    const expected = [
      'error H1101  combinational loop through hop[0]',
      '  --> ring.ts:7:3  hop[0] depends on hop[1]',
      '      ring.ts:7:3  hop[1] depends on hop[2]',
      '      ring.ts:7:3  hop[2] depends on hop[0]',
      '  put a register on one of these hops        explain: npm run -s heddle -- explain H1101',
    ].join('\n');
    const circuit = elaborate(ring().design());
    expect(messageOf(() => interpret(circuit))).toBe(expected);
    expect(messageOf(() => compile(circuit))).toBe(expected);
  });

  it('are not seen where only array nodes, not elements, form a circle', () => {
    const s = new Sketch('halves');
    const x = s.input('x', uint(8));
    const [a, b] = [s.wire('a', vec(4, uint(8))), s.wire('b', vec(4, uint(8)))];
    const y = s.output('y', uint(8));
    // a[2i] from x, b from a[2i], a[2i + 1] from b.
    s.items.push(
      forLoop(
        'i',
        2,
        assign(a, inc(s.ref(x)), nat('mul', i, 2)),
        assign(b, inc(at(s.ref(a), nat('mul', i, 2))), i),
        assign(a, inc(at(s.ref(b), i)), nat('add', nat('mul', i, 2), 1)),
        assign(b, inc(at(s.ref(a), nat('add', nat('mul', i, 2), 1))), nat('add', i, 2)),
      ),
      assign(y, at(s.ref(b), lit(3))),
    );
    for (const simulation of [createInterpreter(s.design()), createSimulation(s.design())]) {
      simulation.poke('x', 1);
      simulation.settle();
      expect(simulation.peek('y')).toBe(5n);
    }
  });
});

describe('parameters', () => {
  const plain = (): Sketch => {
    const s = new Sketch('plain', { N: 4 });
    const y = s.output('y', uint(param('N')));
    s.items.push(assign(y, konst(uint(param('N')), 1)));
    return s;
  };
  it('outside of their bounds', () => {
    expect(messageOf(() => elaborate(plain().design(), { params: { N: 0 } }))).toContain(
      'H1102  plain: N = 0 is not in 1 ..',
    );
    expect(messageOf(() => elaborate(plain().design(), { params: { M: 1 } }))).toContain("there is no parameter 'M'");
  });
  it('that break a requirement', () => {
    const module = plain().module({
      requires: [{ condition: { rel: '>=', a: param('N'), b: lit(3) }, reason: 'N counts at least three' }],
    });
    const design = { top: 'plain', modules: { plain: module } };
    expect(() => elaborate(design)).not.toThrow();
    expect(messageOf(() => elaborate(design, { params: { N: 2 } }))).toContain(
      'H1103  plain: requires 2 >= 3, with N = 2',
    );
  });
});

describe('drivers, names and snapshots', () => {
  it('an element driven twice', () => {
    const s = new Sketch('twice');
    const y = s.output('y', vec(2, uint(8)));
    s.items.push(assign(y, konst(uint(8), 1), lit(1)), forLoop('i', 2, assign(y, konst(uint(8), 2), i)));
    expect(messageOf(() => createInterpreter(s.design()))).toContain('H1107  y[1] is driven twice');
  });
  it('ports and paths that do not exist, and foreign snapshots', () => {
    const make = (w: number): Sketch => {
      const s = new Sketch('top');
      const q = s.reg('q_q', uint(w));
      const y = s.output('y', uint(w));
      s.items.push(assign(y, s.ref(q)));
      return s;
    };
    for (const create of [createInterpreter, createSimulation]) {
      const simulation = create(make(8).design());
      expect(messageOf(() => simulation.poke('z', 1))).toContain("H1109  top has no port 'z'");
      expect(messageOf(() => simulation.poke('y', 1))).toContain("'y' is not an input");
      expect(messageOf(() => simulation.peekSignal('q_q[3]'))).toContain("H1109  there is no signal element 'q_q[3]'");
      simulation.pokeSignal('q_q', 77n);
      const saved = simulation.snapshot();
      simulation.pokeSignal('q_q', 0n);
      simulation.restore(saved);
      expect(simulation.peekSignal('q_q')).toBe(77n);
      expect(messageOf(() => create(make(9).design()).restore(saved))).toContain('H1108');
    }
  });
});
