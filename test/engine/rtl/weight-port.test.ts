/** The weight port: everything of a packet arrives where it belongs, and a bad packet stops it in a defined state. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { beatsOf } from '../../../src/engine/bit-stream.js';
import { decodeHeader, encodeHeader } from '../../../src/engine/header.js';
import { checkHeader, headerRules, productRules } from '../../../src/engine/header-rules.js';
import { EngineWeightPort } from '../../../src/engine/rtl/weight-port.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../../src/simulator/index.js';
import { encodeTap } from '../../../src/engine/tap.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { layerPackets } from './core-bench.js';

const design = buildDesign(EngineWeightPort);
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

interface Beat {
  readonly data: bigint;
  readonly last: boolean;
}

/** Feeds beats and takes headers, parameter sets and words after random times; returns all that came out, in order. */
function run(sim: Simulation, beats: readonly Beat[], stream: ReturnType<typeof randomStream>, WORDS: number) {
  const out = {
    headers: [] as bigint[],
    taps: [] as number[],
    rows: [] as number[],
    params: [] as bigint[],
    words: [] as bigint[],
  };
  const table: number[] = [];
  for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
  for (let k = 0; k < 4; k++) sim.tick();
  sim.poke('aresetn', 1);
  const seen = (name: string) => Number(sim.peek(name));
  let [at, quiet, sets, written, freed, reading] = [0, 0, 0, 0, 0, -1];
  for (; quiet < 300; quiet++) {
    const go = () => stream.nextInt(4) > 0;
    const beat = go() ? beats[at] : undefined;
    const free = sets > 0 && go();
    const take = go();
    sim.poke('s_axis_tvalid', beat === undefined ? 0 : 1);
    sim.poke('s_axis_tdata', beat?.data ?? 0n);
    sim.poke('s_axis_tlast', beat?.last === true ? 1 : 0);
    sim.poke('m_header_tready', take ? 1 : 0);
    sim.poke('param_free', free ? 1 : 0);
    sim.poke('passes_done', out.headers.length);
    const before = reading;
    const next = freed < written && go();
    reading = next ? freed : -1;
    sim.poke('ring_address', next ? freed % WORDS : 0);
    if (next) freed++;
    sim.poke('ring_freed', freed);
    sim.settle();
    if (before >= 0) out.words.push(sim.peek('ring_word'));
    if (beat !== undefined && seen('s_axis_tready') === 1) [at, quiet] = [at + 1, 0];
    if (take && seen('m_header_tvalid') === 1) out.headers.push(sim.peek('m_header_tdata'));
    if (seen('tap_write') === 1) out.taps.push(seen('tap_data'));
    if (seen('row_write') === 1) out.rows.push(seen('row_data'));
    if (seen('param_write') === 1) out.params.push(sim.peek('param_data'));
    if (seen('table_write') === 1) table.push(seen('table_data'));
    if (seen('ring_write') === 1) written++;
    sets += seen('params_full') - (free ? 1 : 0);
    sim.tick();
  }
  const { error, rule, place } = { error: seen('error_code'), rule: seen('error_rule'), place: seen('error_place') };
  return { ...out, table, taken: at, error, rule, place };
}

/** Rules that headers have broken, by number. */
const met = new Set<number>();

const bytesOf = (words: readonly number[]) => words.flatMap((word) => [0, 8, 16, 24].map((at) => (word >>> at) & 255));

const packed = (words: Uint32Array) => words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);

/** The last segment of a packet, `count` words of `bits`. */
function wordsAtEnd(packet: Uint8Array, count: number, bits: number, WP: number): bigint[] {
  const segment = packet.slice(packet.length - Math.ceil((count * bits) / WP) * (WP / 8));
  const whole = segment.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return Array.from({ length: count }, (_, k) => (whole >> BigInt(k * bits)) & ((1n << BigInt(bits)) - 1n));
}

describe('weight port', () => {
  it.each(testEngines.slice(0, 4).map((engine) => [engine.toString(), engine] as const))('%s', (_, engine) => {
    const { G, M, D, XB, WB, XD, WD, PD, NTHR, WP, TMAX, KMAX, HQ, PQ } = engine;
    const W_W = M * G * WB;
    const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
    const params = { WP, WU: gcd(W_W, WP), TU: gcd(XB, WP), W_W, G, M, D, XB, XD, WD, PD, NTHR, TMAX, KMAX, HQ, PQ };
    const sim = compile(elaborate(design, { params }));
    for (let index = 0; index < 6; index++) {
      const { passes, packets } = layerPackets(randomLayer(seed, 1000 + index, { engine }));
      const beats = packets.weights.flatMap((packet) =>
        beatsOf(packet, WP).map((data, k, all) => ({ data, last: k === all.length - 1 })),
      );
      const stream = randomStream(seed, `weight port ${engine.toString()} ${index}`);
      const got = run(sim, beats, stream, WD);
      expect([got.error, got.taken]).toEqual([0, beats.length]);
      expect(got.headers).toEqual(passes.map(({ header }) => packed(encodeHeader(header))));
      expect(got.taps).toEqual(passes.flatMap(({ taps }) => taps.map((tap) => encodeTap(tap))));
      expect(got.rows).toEqual(passes.flatMap(({ rows }) => rows.map(({ start, rem }) => start + 65536 * rem)));
      const words = passes.map(({ header: h }) => (h.hasWeights && !h.wReuse ? h.wWords * h.CHN * h.OTN : 0));
      expect(got.words).toHaveLength(words.reduce((a, b) => a + b, 0));
      // The last words of the last packet, counted from its end.
      if ((words.at(-1) ?? 0) > 0)
        expect(got.words.slice(-passes.at(-1)!.header.wWords)).toEqual(
          wordsAtEnd(packets.weights.at(-1)!, passes.at(-1)!.header.wWords, W_W, WP),
        );

      // A field, the magic, a beat too few, a beat too many: each with its code, and nothing but a reset helps.
      const [first] = packets.weights;
      const whole = beatsOf(first!, WP);
      const bad = (change: (bytes: Uint8Array) => void) => {
        const bytes = first!.slice();
        change(bytes);
        return beatsOf(bytes, WP).map((data, k, all) => ({ data, last: k === all.length - 1 }));
      };
      expect(
        run(
          sim,
          bad((bytes) => (bytes[0] = 0xe6)),
          stream,
          WD,
        ),
      ).toMatchObject({ error: 1, headers: [], words: [] });
      expect(
        run(
          sim,
          bad((bytes) => bytes.fill(0, 4, 6)),
          stream,
          WD,
        ),
      ).toMatchObject({ error: 2, headers: [] });
      const cut = whole.slice(0, -1).map((data, k, all) => ({ data, last: k === all.length - 1 }));
      expect(run(sim, cut, stream, WD).error).toBe(3);
      expect(
        run(
          sim,
          whole.map((data) => ({ data, last: false })),
          stream,
          WD,
        ),
      ).toMatchObject({ error: 4, place: whole.length });

      // Bits of the header change: refused with a rule that the compiler finds broken too, or with none where it finds none.
      for (let k = 0; k < 12; k++) {
        const header = passes[0]!.header;
        const words = [...encodeHeader(header)];
        const flips = 1 + stream.nextInt(2);
        for (let flip = 0; flip < flips; flip++) words[stream.nextInt(32)]! ^= 1 << stream.nextInt(32);
        const changed = decodeHeader(words.map((word) => word >>> 0));
        if (changed.magic !== header.magic) continue;
        const problems = checkHeader({ ...engine.parameters, ADD: 0 }, changed);
        const packet = bad((bytes) => bytes.set(bytesOf(words)));
        const { error, rule, headers } = run(sim, packet, stream, WD);
        const what = `${JSON.stringify(changed)}: error ${error}, rule ${rule}, ${problems.map(({ message }) => message).join()}`;
        if (problems.length === 0) expect(error, what).not.toBe(2);
        else {
          expect([error, headers], what).toEqual([2, []]);
          const field = headerRules[rule - 1]?.field ?? productRules[rule - 1 - headerRules.length];
          expect(
            problems.map(({ places }) => places[0]?.text),
            what,
          ).toContain(`header.${field}`);
          met.add(rule);
        }
      }
    }
  });

  it('has met rules of every kind', () => expect(met.size).toBeGreaterThan(20));
});
