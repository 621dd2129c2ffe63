/** Initial values that leak out are named; the blocks of the library leak none. */
import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/base/diagnostics.js';
import { randomStream } from '../../src/base/random.js';
import { registeredBlocks } from '../../src/build/block-registry.js';
import { exampleImages, libraryInstance } from '../../src/build/library-block.js';
import {
  bool,
  type Builder,
  buildDesign,
  defineModule,
  input,
  output,
  type Sig,
  type UInt,
  uint,
} from '../../src/hdl/index.js';
import {
  type ElaboratedCircuit,
  elaborate,
  findLeak,
  leakDiagnostic,
  type LeakStimulus,
} from '../../src/simulator/index.js';

/** Reset in the first two cycles, then random inputs; a valid that is up stays until it is taken. */
function traffic(circuit: ElaboratedCircuit, seed: number, cycles: number): LeakStimulus {
  const ports = circuit.ports.map((id) => circuit.signals[id]!);
  const held = new Map<string, boolean>();
  let random = randomStream(BigInt(seed), 'traffic');
  return {
    cycles,
    from: 2,
    drive(simulation, cycle) {
      if (cycle === 0) {
        random = randomStream(BigInt(seed), 'traffic');
        held.clear();
      }
      for (const { name, port, width, dims } of ports) {
        if (port !== 'input') continue;
        const stream = /^(.*)_t(valid|data|last)$/.exec(name)?.[1];
        if (name.endsWith('resetn')) simulation.poke(name, cycle < 2 ? 0 : 1);
        else if (stream === undefined || held.get(stream) !== true)
          simulation.poke(name, random.nextBigInt(dims.reduce((n, d) => n * d, width)));
      }
      simulation.settle();
      for (const { name } of ports) {
        const stream = /^(s_.*)_tvalid$/.exec(name)?.[1];
        if (stream === undefined) continue;
        held.set(stream, simulation.peek(`${stream}_tvalid`) === 1n && simulation.peek(`${stream}_tready`) === 0n);
      }
    },
  };
}

/** Reads a register of its own, or a word of its own memory, before anybody wrote it. */
const planted = (body: (b: Builder, io: { go: Sig<UInt>; x: Sig<UInt>; y: Sig<UInt> }) => void): ElaboratedCircuit =>
  elaborate(
    buildDesign(
      defineModule({
        name: 'planted',
        doc: 'test',
        params: {},
        ports: () => ({ go: input(uint(4)), x: input(uint(8)), y: output(uint(8)) }),
        body,
      }),
    ),
  );

describe('a planted leak', () => {
  it('is a register that nobody wrote, among others that do no harm', () => {
    const circuit = planted((b, { go, x, y }) => {
      const r = b.regs({ early: uint(8), loud: uint(8), late: uint(8), out: uint(8) });
      b.next(r.early, x);
      b.when(go.eq(9), () => b.next(r.loud, x));
      b.next(r.late, r.early.xor(x));
      b.next(r.out, r.late.xor(r.loud));
      b.assign(y, r.out);
    });
    const leak = findLeak(circuit, { ...traffic(circuit, 5, 40), from: 4 });
    expect(leak).toMatchObject({ source: 'loud_q', port: 'y', cycle: 4, seeds: [1, 2] });
    expect(
      formatDiagnostic(leakDiagnostic(circuit, leak!))
        .replace(/:\d+:\d+/, ':L:C')
        .split('\n'),
    ).toEqual([
      "error H1140  planted: 'y' in cycle 4 depends on the initial value of 'loud_q'",
      "  --> test/simulator/leak.test.ts:L:C  'loud_q' is declared here; seeds 1 and 2 differ",
      '  give it a reset, or do not use it before it is written        explain: npm run -s heddle -- explain H1140',
    ]);
  });

  it('is one word of a memory', () => {
    const circuit = planted((b, { go, x, y }) => {
      const store = b.memory('store', uint(8), 16);
      const r = b.regs({ out: uint(8).reset(0), count: uint(4).reset(0) });
      const filled = b.regs({ filled: bool().reset(0) });
      b.next(r.count, r.count.inc());
      b.when(r.count.eq(15), () => b.next(filled.filled, 1));
      // Every word but 11 is written before it is read.
      store.write(r.count, x, r.count.ne(11));
      b.when(filled.filled, () => b.next(r.out, store.read(go)));
      b.assign(y, r.out);
    });
    expect(findLeak(circuit, traffic(circuit, 6, 120))?.source).toBe('store[11]');
  });

  it('is none where the value waits for a write', () => {
    const circuit = planted((b, { go, x, y }) => {
      const r = b.regs({ seen: bool().reset(0), held: uint(8) });
      b.when(go.eq(9), () => {
        b.next(r.seen, 1);
        b.next(r.held, x);
      });
      b.assign(y, r.seen.mux(r.held, 0));
    });
    expect(findLeak(circuit, traffic(circuit, 7, 100))).toBeUndefined();
  });
});

describe('blocks of the library', () => {
  /** Those of the engine that stand between two streams; inside of it values travel without a valid of their own. */
  const ends = ['engine_core', 'engine_core_dw', 'engine_weight_port', 'engine_pixel_port', 'engine_output'];
  const some = registeredBlocks.filter(
    ({ name }) => !name.startsWith('requantize_u') && (!name.startsWith('engine_') || ends.includes(name)),
  );
  /** Outputs without a valid of their own, and memories read before they were written: whoever instantiates these knows. */
  const bare: Readonly<Record<string, string>> = {
    ...{ mac_pe: 'product_q', tb_scoreboard: 'due_fifo.store[0]', weight_store: 'held_q' },
    ...{ engine_weight_port: 'ring.store[0]', lane_ram: 'store[0]' },
    // The upper half of a counter is taken when the lower one is read: nothing before that.
    engine: 'control.registers.high_seen_q[11]',
    dataflow_control_stream: 'registers.high_seen_q[5]',
    dataflow_control_stream_weights: 'registers.high_seen_q[4]',
    ...{ access_memory: 'store[0][1]', axi_lite_memory: 'memory.store[0][0]' },
  };
  /** The header that came last is there for whoever looks into an error, nothing before the first one. */
  const unwatched = ['error_header'];
  it.each(some.map(({ name, example }) => [name, example] as const))('%s leaks nothing', (name, example) => {
    const instance = libraryInstance(name, example);
    const circuit = elaborate(instance.design, { params: instance.params, images: exampleImages(instance) });
    const leak = findLeak(circuit, traffic(circuit, 8, 150), [1, 2], unwatched);
    expect(leak?.source, leak && formatDiagnostic(leakDiagnostic(circuit, leak))).toBe(bare[name]);
  });
});
