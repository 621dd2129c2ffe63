/** The whole engine behind its registers: frames, errors, resets in their middle. */
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../../src/cosim/verilator-available.js';
import { Engine } from '../../../src/engine/config.js';
import { checkHeader, ruleNumber } from '../../../src/engine/header-rules.js';
import { decodeHeader, encodeHeader, type Header } from '../../../src/engine/header.js';
import { ENGINE_ID, engineErrorCodes, engineStates } from '../../../src/engine/registers.js';
import { engineValues } from '../../../src/engine/rtl/engine.js';
import { EngineTop } from '../../../src/engine/rtl/top.js';
import { BitReader } from '../../../src/engine/bit-stream.js';
import { runStreams } from '../../../src/engine/functional.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { randomLayer, type RandomLayer } from '../random-layer.js';
import { EngineTopModel } from '../../../src/engine/model/engine-top-model.js';
import { PortSimulation } from '../../../src/engine/model/port-simulation.js';
import { resultMasks } from '../model/engine-bench.js';
import { layerPackets } from './core-bench.js';
import { type Beat, beatsOfPackets, TopBench } from './top-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/rtl/top.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const engine = new Engine({
  P: 3,
  G: 2,
  M: 4,
  D: 2,
  XD: 2048,
  WD: 300,
  PD: 64,
  NTHR: 7,
  XP: 64,
  WP: 64,
  YP: 32,
  HQ: 3,
  PQ: 4,
  ADD: 0,
});
const design = buildDesign(EngineTop.dw);
const params = { ...engineValues(engine) };
let sim: Simulation;
beforeAll(() => {
  sim = compile(elaborate(design, { params }));
});

/** A frame: packets whose last pass says so. */
function frameOf(random: RandomLayer) {
  const { passes, packets } = layerPackets(random);
  const last = passes.length - 1;
  const weights = packets.weights.map((packet, k) =>
    k === last ? withHeader(packet, { ...passes[k]!.header, last: 1 }) : packet,
  );
  return { passes, weights, pixels: packets.pixels };
}

function withHeader(packet: Uint8Array, header: Header): Uint8Array {
  const bytes = packet.slice();
  const words = encodeHeader(header);
  words.forEach((word, k) => new DataView(bytes.buffer).setUint32(4 * k, word, true));
  return bytes;
}

const layers = Array.from({ length: 60 }, (_, k) => k)
  .map((k) => randomLayer(seed, 20_000 + k, { engine }))
  .filter(({ layer }) => {
    try {
      return (
        layerPackets(randomLayer(seed, 0, { engine })) !== undefined && layer.input.height * layer.input.width < 150
      );
    } catch {
      return false;
    }
  })
  .filter((each) => {
    try {
      return layerPackets(each).passes.length > 0;
    } catch {
      return false;
    }
  });

/** What of the results is defined: of each packet the pixels of channels that exist. */
function known(headers: readonly Header[], outputs: readonly Uint8Array[]): number[][] {
  const { P, D, M, YP } = engine;
  return outputs.map((packet, k) => {
    const header = headers.filter(({ dstAxis }) => dstAxis === 1)[k]!;
    const input = new BitReader(packet, YP);
    const list: number[] = [];
    for (let ot = 0; ot < header.OTN; ot++) {
      const used = ot === header.OTN - 1 ? header.Mlast : M;
      for (let y = 0; y < header.Ho; y++) {
        for (let xt = 0; xt < header.XT; xt++)
          for (let channel = 0; channel < D * Math.ceil(used / D); channel++)
            for (let pixel = 0; pixel < P; pixel++) {
              const value = input.take(8);
              if (channel < used) list.push(value);
            }
        input.endSegment();
      }
    }
    return list;
  });
}

const expected = ({ weights, pixels }: { weights: readonly Uint8Array[]; pixels: readonly Uint8Array[] }) =>
  runStreams(engine, { weights, pixels }).outputs;

function send(
  bench: TopBench,
  { weights, pixels }: { weights: readonly Uint8Array[]; pixels: readonly Uint8Array[] },
): void {
  bench.weights.push(...beatsOfPackets(weights, engine.WP));
  bench.pixels.push(...beatsOfPackets(pixels, engine.XP));
}

/** Runs a frame from idle to done and compares what leaves. */
function runFrame(bench: TopBench, random: RandomLayer, what: string): void {
  const frame = frameOf(random);
  bench.outputs = [];
  bench.masks = resultMasks(engine, frame.passes, random.layer.output);
  send(bench, frame);
  bench.write('CTRL', 1);
  bench.until(() => bench.see('irq') === 1, 60_000, `done of ${what}`);
  const status = `${what}: ERROR ${bench.read('ERROR').toString(16)}, place ${bench.read('ERROR_PLACE').toString(16)}`;
  expect([bench.read('ISR') & 7, bench.read('CTRL') & 0xf], status).toEqual([1, 14]);
  bench.write('ISR', 1);
  bench.until(() => bench.see('m_axis_y_tvalid') === 0, 100, 'the end of the results');
  const headers = frame.passes.map(({ header }) => header);
  expect(known(headers, bench.outputs), what).toEqual(known(headers, expected(frame)));
  expect([bench.state, bench.read('STATUS') >>> 16], what).toEqual([engineStates.idle, frame.passes.length]);
}

function begin(name: string, sims: readonly Simulation[] = [sim]): TopBench {
  const bench = new TopBench(sims, engine, randomStream(seed, name));
  bench.write('GIE', 1);
  bench.write('IER', 5);
  return bench;
}

/** Waits for the error interrupt; the code, port, rule, and pass. */
function errorOf(bench: TopBench, what: string, most = 20_000) {
  bench.until(() => bench.see('irq') === 1, most, `an error: ${what}`);
  expect(bench.read('ISR') & 7).toBe(4);
  expect(bench.state).toBe(engineStates.failed);
  const error = bench.read('ERROR');
  bench.write('ISR', 4);
  return {
    code: error & 15,
    port: (error >> 8) & 3,
    rule: (error >> 16) & 127,
    pass: bench.read('ERROR_PLACE') >>> 16,
  };
}

const model = (): Simulation =>
  new PortSimulation(
    new EngineTopModel(engine),
    sim.ports.map(({ name, dir, width, signed }) => ({ name, dir, width, signed })),
  );

/** Begins a frame and gives it up after some cycles. */
function giveUp(bench: TopBench, random: RandomLayer, cycles: number): void {
  const frame = frameOf(random);
  bench.outputs = [];
  bench.masks = resultMasks(engine, frame.passes, random.layer.output);
  send(bench, frame);
  bench.write('CTRL', 1);
  for (let k = 0; k < cycles; k++) bench.step();
  bench.reset();
  bench.write('ISR', bench.read('ISR'));
}

/** Other packets of weights in the place of those that wait. */
function resend(bench: TopBench, weights: readonly Uint8Array[]): void {
  bench.weights = beatsOfPackets(weights, engine.WP);
}

describe('engine', () => {
  it('runs frames, and says what it is and what it did', () => {
    const bench = begin('frames');
    expect([bench.read('ID'), bench.read('SHAPE') & 127, bench.read('XRAM')]).toEqual([ENGINE_ID, engine.P, engine.XD]);
    let passes = 0;
    for (let k = 0; k < 4; k++) {
      runFrame(bench, layers[k]!, `frame ${k}`);
      passes += layerPackets(layers[k]!).passes.length;
    }
    bench.write('COMMAND', 2);
    expect([bench.counter('FRAMES'), bench.counter('PASSES')]).toEqual([4, passes]);
    expect(bench.counter('CYCLES')).toBeGreaterThan(bench.counter('STEPS'));
    bench.write('COMMAND', 6);
    bench.write('COMMAND', 2);
    expect(bench.counter('STEPS')).toBe(0);
  });

  it('gives a frame up in its middle and runs the next one right', () => {
    const bench = begin('resets');
    let midway = 0;
    for (let k = 0; k < 20; k++) {
      const frame = frameOf(layers[k % layers.length]!);
      bench.outputs = [];
      send(bench, frame);
      bench.write('CTRL', 1);
      const length = bench.random.nextInt(2) === 0 ? bench.random.nextInt(150) : 100 + bench.random.nextInt(1500);
      for (let cycle = 0; cycle < length && bench.see('irq') === 0; cycle++) bench.step();
      if (((bench.read('STATUS') >> 4) & 1) === 1) midway++;
      bench.reset();
      bench.write('ISR', bench.read('ISR'));
      expect((bench.read('STATUS') >> 4) & 7).toBe(0);
      runFrame(bench, layers[(k + 7) % layers.length]!, `frame behind reset ${k} (seed ${seed})`);
    }
    expect(midway).toBeGreaterThan(0);
  });

  it('stops at truncated and overlong packets of both streams, and starts again', () => {
    const bench = begin('packets');
    // The last beat is missing, or others follow it.
    const cut = (beats: Beat[]): void => void (beats.pop() && beats.push({ ...beats.pop()!, last: true }));
    const goOn = (beats: Beat[]): void =>
      void beats.push({ ...beats.pop()!, last: false }, { data: 0n, last: false }, { data: 0n, last: true });
    const cases: readonly [string, () => void, number, number][] = [
      ['s_axis_w is truncated', () => cut(bench.weights), engineErrorCodes.early, 1],
      ['s_axis_w goes on', () => goOn(bench.weights), engineErrorCodes.missing, 1],
      ['s_axis_x is truncated', () => cut(bench.pixels), 3, 2],
      ['s_axis_x goes on', () => goOn(bench.pixels), 3, 2],
    ];
    for (const [k, [what, change, code, port]] of cases.entries()) {
      const frame = frameOf(layers[k + 3]!);
      bench.outputs = [];
      send(bench, frame);
      change();
      bench.write('CTRL', 1);
      expect(errorOf(bench, what), what).toMatchObject({ code, port });
      for (let cycle = 0; cycle < 500; cycle++) bench.step();
      if (port === 1)
        expect(bench.outputs.length, `${what}: no packet of the pass is complete`).toBe(
          frame.passes.filter(({ header }) => header.dstAxis).length - 1,
        );
      bench.reset();
      runFrame(bench, layers[k + 4]!, `frame behind: ${what}`);
    }
  });

  it('tells of a bad header that is read ahead, and lets the passes in front of it end', () => {
    const bench = begin('ahead');
    bench.stalls = 0;
    const single = layers
      .filter((each) => {
        const { passes } = layerPackets(each);
        const { Ho, XT, OTN, CHN, NT, KH1, Cc } = passes[0]!.header;
        return passes.length === 1 && Ho * XT * OTN * CHN * NT * (KH1 + 1) * Cc < 3000;
      })
      .slice(0, 4);
    let ahead = 0;
    for (const [k, layer] of single.entries()) {
      // One pass three times over the same input, and one more whose header has no output rows or a wrong mark.
      const { passes, packets } = layerPackets(layer);
      const good = [0, 1, 2].flatMap(() => packets.weights);
      const bad = packets.weights[0]!.slice();
      if (k % 2 === 0) bad.fill(0, 4, 6);
      else bad[0] = 0;
      bench.outputs = [];
      send(bench, { weights: [...good, bad], pixels: packets.pixels });
      bench.write('CTRL', 1);
      const code = k % 2 === 0 ? engineErrorCodes.limits : engineErrorCodes.magic;
      expect(errorOf(bench, layer.layer.name)).toMatchObject({ code, port: 1, pass: 3 });
      if (bench.read('STATUS') >>> 16 < 2) ahead++;
      bench.until(() => bench.outputs.length === 3, 20_000, 'the results of the passes in front');
      for (let cycle = 0; cycle < 200; cycle++) bench.step();
      const headers = [0, 1, 2].map(() => passes[0]!.header);
      const wanted = expected({ weights: good, pixels: packets.pixels });
      expect(known(headers, bench.outputs), layer.layer.name).toEqual(known(headers, wanted));
      expect(bench.read('STATUS') >>> 16).toBe(3);
      bench.reset();
      runFrame(bench, layer, `frame behind ${layer.layer.name}`);
    }
    expect([single.length, ahead > 0]).toEqual([4, true]);
  });

  it('ends a changed header in an error or in what the functional model does', () => {
    const bench = begin('headers');
    bench.stalls = 0;
    bench.write('WATCHDOG', 3000);
    const met = { refused: 0, runs: 0, other: 0 };
    for (let k = 0; k < 60; k++) {
      const frame = frameOf(layers[k % layers.length]!);
      const words = [...encodeHeader(decodeHeader(new Uint32Array(frame.weights[0]!.buffer.slice(0, 128))))];
      for (let flips = 1 + bench.random.nextInt(2); flips > 0; flips--)
        words[bench.random.nextInt(32)]! ^= 1 << bench.random.nextInt(32);
      const changed = decodeHeader(words.map((word) => word >>> 0));
      // Passes that would go on for very long are not worth their time here.
      if (changed.Ho * changed.XT * changed.OTN * changed.CHN * changed.NT > 3000) continue;
      const bytes = frame.weights[0]!.slice();
      words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word >>> 0, true));
      const packets = { weights: [bytes, ...frame.weights.slice(1)], pixels: frame.pixels };
      const what = `header ${k}, seed ${seed}: ${JSON.stringify(changed)}`;
      const legal = checkHeader(engine, changed).length === 0;
      let wanted: Uint8Array[] | undefined;
      try {
        wanted = [...expected(packets)];
      } catch {
        wanted = undefined;
      }
      bench.outputs = [];
      send(bench, packets);
      bench.write('CTRL', 1);
      bench.until(() => bench.see('irq') === 1, 80_000, `an end of ${what}`);
      if ((bench.read('ISR') & 1) === 1) {
        bench.write('ISR', 1);
        expect(legal, what).toBe(true);
        if (wanted !== undefined) {
          met.runs++;
          const headers = [changed, ...frame.passes.slice(1).map(({ header }) => header)];
          expect(known(headers, bench.outputs), what).toEqual(known(headers, wanted));
        }
      } else {
        const { code, port } = errorOf(bench, what);
        if (!legal) {
          met.refused++;
          expect([code === engineErrorCodes.magic || code === engineErrorCodes.limits, port], what).toEqual([true, 1]);
          expect(bench.outputs, what).toEqual([]);
        } else {
          met.other++;
        }
      }
      bench.reset();
      if (k % 6 === 0) runFrame(bench, layers[(k + 1) % layers.length]!, `frame behind ${what}`);
    }
    expect(Math.min(met.refused, met.runs)).toBeGreaterThan(3);
  });
});

describe('the cycle model of the whole engine', () => {
  it('agrees in every cycle: frames, registers, resets in their middle', () => {
    const bench = begin('model frames', [sim, model()]);
    bench.chats = true;
    for (let k = 0; k < 3; k++) {
      runFrame(bench, layers[k + 2]!, `frame ${k}`);
      giveUp(bench, layers[k]!, bench.random.nextInt(600));
    }
    bench.write('COMMAND', 2);
    expect(bench.counter('FRAMES')).toBeGreaterThan(2);
  });

  it('agrees in errors of packets and headers, writes outside of the X-RAM, and time that runs out', () => {
    const bench = begin('model errors', [sim, model()]);
    const bytes = (packet: Uint8Array, change: Readonly<Record<number, number>>): Uint8Array =>
      packet.map((byte, at) => change[at] ?? byte);
    const cut = (beats: Beat[]): void => void (beats.pop() && beats.push({ ...beats.pop()!, last: true }));
    const first = (packet: Uint8Array, change: Partial<Header>): Uint8Array =>
      withHeader(packet, { ...decodeHeader(new Uint32Array(packet.slice(0, 128).buffer)), ...change });
    const noRows = ruleNumber(engine, { ...frameOf(layers[6]!).passes[0]!.header, Ho: 0 });
    const cases: readonly [string, Readonly<Record<string, number>>, (frame: ReturnType<typeof frameOf>) => void][] = [
      ['s_axis_w is truncated', { code: 3, port: 1, rule: 0 }, () => cut(bench.weights)],
      ['s_axis_x is truncated', { code: 3, port: 2 }, () => cut(bench.pixels)],
      ['no header', { code: 1, port: 1 }, ({ weights }) => resend(bench, [bytes(weights[0]!, { 0: 1 })])],
      [
        'no rows',
        { code: 2, port: 1, rule: noRows },
        ({ weights }) => resend(bench, [bytes(weights[0]!, { 4: 0, 5: 0 })]),
      ],
      [
        'results beyond the X-RAM',
        { code: 5, port: 0 },
        ({ weights }) =>
          resend(bench, [
            first(weights[0]!, { dstXram: 1, yBase: engine.XD - 1, yRow: 1, yRing: 64 }),
            ...weights.slice(1),
          ]),
      ],
      ['no weights come', { code: 8, port: 0 }, () => void (bench.weights = [])],
    ];
    for (const [k, [what, error, change]] of cases.entries()) {
      const frame = frameOf(layers[k + 3]!);
      bench.outputs = [];
      bench.masks = [];
      send(bench, frame);
      change(frame);
      bench.write('WATCHDOG', 2000);
      bench.write('CTRL', 1);
      expect(errorOf(bench, what, 60_000), what).toMatchObject(error);
      if (error['port'] === 1) for (let word = 0; word < 32; word++) bench.read(`HEADER_${word}`);
      for (let cycle = 0; cycle < 100; cycle++) bench.step();
      bench.reset();
      runFrame(bench, layers[k + 4]!, `frame behind: ${what}`);
    }
  });
});

describe.skipIf(skipWithoutVerilator())('engine in Verilator', () => {
  it('does the same in every cycle', { timeout: 240_000 }, async () => {
    const { participants } = await designParticipants({ design, params, text: emitText(design) });
    const bench = begin('lockstep', [sim, participants[1]!.create(), model()]);
    bench.chats = true;
    runFrame(bench, layers[1]!, 'frame 0');
    giveUp(bench, layers[2]!, 150);
    runFrame(bench, layers[3]!, 'frame behind the reset');
  });
});
