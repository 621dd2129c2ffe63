/** Waves of a counter with an enum: text for messages, VCD for viewers. */
import { describe, expect, it } from 'vitest';
import { type ScalarType, lit } from '../../src/circuit/index.js';
import { createInterpreter, createSimulation, record, renderWave, writeVcd } from '../../src/simulator/index.js';
import { BOOL, Sketch, assign, binary, clocked, forLoop, index, konst, next, uint, vec, when } from './build.js';

const MODE: ScalarType = { kind: 'enum', name: 'mode', members: ['idle', 'run'] };

function counter(): Sketch {
  const s = new Sketch('counter');
  const en = s.input('en', BOOL);
  const count = s.reg('count_q', uint(8), konst(uint(8), 0x7e));
  const mode = s.reg('mode_q', MODE);
  const lanes = s.wire('lanes', vec(2, uint(8)));
  const y = s.output('y', uint(8));
  const valid = s.output('valid', BOOL);
  s.items.push(
    clocked(
      when(s.ref(en), [next(count, binary('addWrap', uint(8), s.ref(count), konst(uint(8), 1)))]),
      next(mode, { op: 'mux', type: MODE, cond: s.ref(en), a: konst(MODE, 1), b: konst(MODE, 0) }),
    ),
    forLoop(
      'i',
      2,
      assign(
        lanes,
        binary('xor', uint(8), s.ref(count), { op: 'const', type: uint(8), value: index('i') }),
        index('i'),
      ),
    ),
    assign(y, s.ref(count)),
    assign(valid, { op: 'slice', type: { kind: 'uint', width: lit(1) }, a: s.ref(count), low: lit(0) }),
  );
  return s;
}

function traceOf(create: typeof createInterpreter): ReturnType<typeof record>['trace'] {
  const simulation = create(counter().design());
  const recorder = record(simulation, { signals: (name) => name !== 'y' });
  for (let k = 0; k < 8; k++) {
    simulation.poke('aresetn', k > 0 ? 1 : 0);
    simulation.poke('en', k > 1 && k !== 4 ? 1 : 0);
    recorder.cycle();
  }
  return recorder.trace;
}

describe('waves', () => {
  it('as aligned text', () => {
    expect(renderWave(traceOf(createSimulation))).toBe(
      [
        'cycle     0    1  2 3   4  5    6   7',
        'aresetn   ▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔',
        'en        ▁▁▁▁▁▁▁▁▔▔▔▔▔▔▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔',
        'count_q   00   7e . 7f  80 .    81  82',
        'mode_q    idle .  . run .  idle run .',
        'lanes[0]  00   7e . 7f  80 .    81  82',
        'lanes[1]  01   7f . 7e  81 .    80  83',
        'valid     ▁▁▁▁▁▁▁▁▁▁▔▔▔▔▁▁▁▁▁▁▁▁▔▔▔▔▁▁▁',
      ].join('\n'),
    );
  });
  it('of both simulators are equal', () => {
    expect(renderWave(traceOf(createSimulation))).toBe(renderWave(traceOf(createInterpreter)));
    expect(renderWave(traceOf(createSimulation), { from: 2, to: 5 }).split('\n')[0]).toMatch(/^cycle +2 +3 +4$/);
  });
  it('as a value change dump', () => {
    const text = writeVcd(traceOf(createSimulation));
    expect(text.split('\n').slice(3, 12)).toEqual([
      '$var wire 1 ! aclk $end',
      '$var wire 1 " aresetn $end',
      '$var wire 1 # en $end',
      '$var wire 8 $ count_q [7:0] $end',
      '$var wire 1 % mode_q $end',
      '$var string 1 & mode_q_name $end',
      "$var wire 8 ' lanes(0) [7:0] $end",
      '$var wire 8 ( lanes(1) [7:0] $end',
      '$var wire 1 ) valid $end',
    ]);
    expect(text).toContain('#10\n0!\n1"\nb1111110 $\nb1111110 \'\nb1111111 (\n#15\n1!\n');
  });
});
