/** AXI4-Lite blocks: all forms in lockstep with every channel stalled, and accesses against a plain memory. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { AxiLiteMemory } from '../../../src/blocks/axi/index.js';
import { AxiLiteMemoryModel } from '../../../src/blocks/axi/axi-lite.model.js';
import { mergeBytes } from '../../../src/blocks/axi/access-port.model.js';
import { modelParticipant } from '../../../src/cosim/channel-model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { runLockstep } from '../../../src/cosim/lockstep.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import type { Participant } from '../../../src/cosim/participant.js';
import type { Beat } from '../../../src/cosim/streams.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, createSimulation, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../emit-text.js';
import { turnedStalls } from '../streams-bench.js';
import { type Access, bindBus, BusMaster } from './axi-bench.js';

const design = buildDesign(AxiLiteMemory);
type Params = Readonly<Record<'ADDR_W' | 'WORDS' | 'OUTSTANDING', number>>;

async function benchOf(params: Params, verilator: boolean) {
  const { streams } = bindBus(params.ADDR_W);
  const forms = await designParticipants({ design, params, text: verilator ? emitText(design) : undefined });
  const circuit = elaborate(design, { params });
  const participants: Participant[] = [
    { name: 'wasm', compare: 'exact', create: () => compile(circuit) },
    ...forms.participants,
    modelParticipant(() => {
      const { bus, bound } = bindBus(params.ADDR_W);
      return { model: new AxiLiteMemoryModel(bus, params), streams: bound };
    }, 'aresetn'),
  ];
  return { participants, streams, reset: 'aresetn' } as const;
}

/** Accesses of a stream, many of them near the end of the memory. */
function beatsOf(params: Params, seed: bigint, count: number) {
  const random = randomStream(seed, 'accesses');
  const address = (): bigint => {
    const word = random.nextInt(2) === 0 ? random.nextInt(params.WORDS + 2) : random.nextInt(2 ** params.ADDR_W / 4);
    return BigInt(4 * word + random.nextInt(4)) % (1n << BigInt(params.ADDR_W));
  };
  const prot = (): bigint => random.nextBigInt(3);
  const list = (make: () => Beat): Beat[] => Array.from({ length: count }, make);
  return {
    s_axi_aw: list(() => ({ awaddr: address(), awprot: prot() })),
    s_axi_w: list(() => ({ wdata: random.nextBigInt(32), wstrb: random.nextBigInt(4) })),
    s_axi_ar: list(() => ({ araddr: address(), arprot: prot() })),
  };
}

const corners: readonly (readonly [number, number, number, boolean])[] = [
  [6, 12, 4, true],
  [3, 1, 1, false],
  [12, 64, 3, false],
  [5, 8, 2, false],
];

describe('AXI4-Lite memory', () => {
  it.each(corners)(
    'agrees in all forms: ADDR_W %i, WORDS %i, OUTSTANDING %i',
    async (ADDR_W, WORDS, OUTSTANDING, v) => {
      const params = { ADDR_W, WORDS, OUTSTANDING };
      const bench = await benchOf(params, v);
      const count = 60;
      for (const [turn, stall] of turnedStalls(WORDS).entries()) {
        const seed = BigInt(turn + 1);
        const inputs = beatsOf(params, seed, count);
        const whole = runLockstep({ ...bench, inputs, stall, seed, patience: 300 });
        expect(whole.failure, `seed ${seed}`).toBeUndefined();
        for (const [stream, beats] of Object.entries(whole.outputs))
          if (stream.endsWith('_b') || stream.endsWith('_r')) expect(beats.length, stream).toBe(count);
        // Managers that give addresses before data, data before addresses, and take responses of one kind late.
        const slow = { kind: 'long' } as const;
        for (const late of ['s_axi_aw', 's_axi_w', 's_axi_b', 's_axi_r']) {
          if (turn % 4 !== 0) continue;
          const run = runLockstep({
            ...bench,
            inputs,
            stall: { source: { kind: 'none' }, sink: { kind: 'none' } },
            stallOf: { [late]: slow },
            seed,
            patience: 300,
            resets: 2,
          });
          expect(run.failure, late).toBeUndefined();
        }
      }
    },
  );

  it('has no combinational path, is at rest after reset, and makes an access a cycle', async () => {
    const params = { ADDR_W: 12, WORDS: 64, OUTSTANDING: 4 };
    const { participants, streams, reset } = await benchOf(params, false);
    const [wasm] = participants;
    expect(combinationalPaths(wasm!.create(), { reset })).toEqual(new Set());
    const stall = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
    const { s_axi_ar, s_axi_aw, s_axi_w } = beatsOf(params, 1n, 200);
    for (const participant of participants) {
      const spec = { participants: [participant], streams, reset, stall, seed: 1n, patience: 50 };
      const reads = runLockstep({ ...spec, inputs: { s_axi_ar } }).transfers;
      const span = (cycles: readonly number[] = []): number => (cycles.at(-1) ?? 0) - (cycles[0] ?? 0);
      expect(span(reads['s_axi_r']), participant.name).toBe(199);
      expect((reads['s_axi_r']?.[0] ?? 0) - (reads['s_axi_ar']?.[0] ?? 0)).toBe(4);
      const writes = runLockstep({ ...spec, inputs: { s_axi_aw, s_axi_w } }).transfers;
      expect(span(writes['s_axi_b']), participant.name).toBe(199);
      // With both, an access a cycle in turns.
      const both = runLockstep({ ...spec, inputs: { s_axi_ar, s_axi_aw, s_axi_w } }).transfers;
      expect(span(both['s_axi_b'])).toBe(398);
      expect(span(both['s_axi_r'])).toBe(398);
    }
  });

  it('never makes one direction wait for the responses of the other', () => {
    const sim = createSimulation(design, { params: { ADDR_W: 8, WORDS: 32, OUTSTANDING: 2 } });
    sim.poke('aresetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    for (const port of ['awvalid', 'wvalid', 'arvalid', 'rready']) sim.poke(`s_axi_${port}`, 1);
    let reads = 0;
    for (let cycle = 0; cycle < 200; cycle++) {
      sim.settle();
      reads += Number(sim.peek('s_axi_rvalid'));
      sim.tick();
    }
    // Two reads under way at a latency of four: two in five cycles, whatever B does.
    expect(reads).toBeGreaterThan(70);
  });

  it.each([0, 0.5, 0.9])('behaves as a memory, byte by byte, pauses %f', (pause) => {
    const params = { ADDR_W: 8, WORDS: 37, OUTSTANDING: 3 };
    const sim = createSimulation(design, { params });
    const random = randomStream(7n, `pause ${pause}`);
    const words = new Map<number, number>();
    let left = 400;
    const master = new BusMaster(
      (): Access | undefined => {
        if (left-- <= 0) return undefined;
        // The first accesses write every word, so that no unwritten one is read.
        const fill = 400 - left - 1;
        const addr = fill < params.WORDS ? 4 * fill : random.nextInt(256);
        const write = fill < params.WORDS || random.nextInt(2) === 0;
        const strobe = fill < params.WORDS ? 15 : random.nextInt(16);
        return { write, addr, data: random.next32() >>> 0, strobe };
      },
      random,
      pause,
    );
    sim.poke('aresetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    for (let cycle = 0; cycle < 40_000 && !(left <= 0 && master.idle); cycle++) {
      master.before([sim]);
      sim.settle();
      master.after(sim);
      sim.tick();
    }
    expect(master.results.length).toBe(400);
    expect(master.strays).toBe(0);
    for (const { access, data, error } of master.results) {
      const word = access.addr >> 2;
      expect(error).toBe(word >= params.WORDS);
      if (error) continue;
      if (access.write) words.set(word, mergeBytes(words.get(word) ?? 0, access.data ?? 0, access.strobe ?? 15));
      else expect(data).toBe(words.get(word));
    }
  });
});
