/** engine_pixel_port against its cycle model: good packets in a row, and every kind of bad one. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { type Descriptor, encodeDescriptor } from '../../../src/engine/descriptor.js';
import { pixelPlaces, PixelPortModel, type PixelPortSizes } from '../../../src/engine/model/pixel-port.js';
import { elements, packed, type Ports } from '../../../src/engine/model/port-model.js';
import { EnginePixelPort } from '../../../src/engine/rtl/pixel-port.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EnginePixelPort);

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
function sizesOf(P: number, D: number, XB: number, GROUPS: number, port: number): PixelPortSizes {
  const UNIT = gcd(P * D * XB, port);
  return { P, D, XB, GROUPS, XD: 500, UNIT, GROUP: (P * D * XB) / UNIT, BEAT: port / UNIT, BEATS: 256 / port };
}

function randomDescriptor({ GROUPS }: PixelPortSizes, random: RandomStream, waitDone: number): Descriptor {
  const upTo = (n: number): number => 1 + random.nextInt(n);
  const scatter = random.nextInt(2) === 0 ? 1 : upTo(4);
  const ring = upTo(4);
  return {
    ...{ magic: 0xd5, waitDone, rows: upTo(3), blocks: upTo(2), words: upTo(4), groups: upTo(GROUPS) },
    ...{ groupsLast: upTo(GROUPS), base: random.nextInt(20), phases: scatter > 1 ? 1 : upTo(3) },
    ...{ group0: random.nextInt(GROUPS), rowStride: random.nextInt(30), blockStride: random.nextInt(40) },
    ...{ ring, slot0: random.nextInt(ring), phaseStride: random.nextInt(50), scatter, width: 0 },
  };
}

interface Beat {
  readonly data: bigint;
  last: boolean;
}
/** A descriptor and its rows, each filled up to whole beats. */
function packet(s: PixelPortSizes, d: Descriptor, random: RandomStream): Beat[] {
  const port = s.BEAT * s.UNIT;
  const all = [...pixelPlaces(d, s.GROUPS)];
  const beats = elements(packed([...encodeDescriptor(d)].map(BigInt), 32), s.BEATS, port);
  const perRow = Math.ceil(((all.length / d.rows) * s.GROUP) / s.BEAT);
  for (let k = 0; k < perRow * d.rows; k++) beats.push(random.nextBigInt(port));
  return beats.map((data, k) => ({ data, last: k === beats.length - 1 }));
}

/** Drives beats with stalls on both sides; `done` is what passes_done says in a cycle. */
function driver(beats: readonly Beat[], done: (cycle: number) => number) {
  let next = 0;
  let valid = false;
  return (random: RandomStream, cycle: number, outputs: Ports): Ports => {
    if (valid && outputs['s_axis_tready'] === 1n && cycle > 1) [next, valid] = [next + 1, false];
    const fast = cycle % 160 < 80;
    valid = valid || (cycle > 0 && next < beats.length && (fast || random.nextInt(3) === 0));
    const beat = beats[next];
    return {
      ...{
        s_axis_tvalid: valid ? 1n : 0n,
        s_axis_tdata: beat?.data ?? 0n,
        s_axis_tlast: beat?.last === true ? 1n : 0n,
      },
      ...{ write_tready: fast || random.nextInt(3) > 0 ? 1n : 0n, passes_done: BigInt(done(cycle)) },
    };
  };
}

describe('engine_pixel_port', () => {
  it.each([
    [7, 2, 8, 3, 64, true],
    [4, 2, 8, 4, 128, false],
    [3, 1, 4, 1, 32, false],
    [5, 3, 8, 8, 256, false],
  ])('P %i, D %i, XB %i, GROUPS %i, port %i', async (P, D, XB, GROUPS, port, verilator) => {
    const sizes = sizesOf(P, D, XB, GROUPS, port);
    const random = randomStream(3n, `${P} ${port}`);
    const descriptors = Array.from({ length: 9 }, (_, k) => randomDescriptor(sizes, random, (65530 + k) % 65536));
    const beats = descriptors.flatMap((each) => packet(sizes, each, random));
    const cycles = GROUPS === 8 ? 2000 : 900;
    const seen = await expectPortsAgree({
      ...{ design, params: { ...sizes }, cycles, verilator },
      model: () => new PixelPortModel(sizes),
      drive: driver(beats, (cycle) => (65530 + Math.floor((8 * cycle) / (cycles / 2))) % 65536),
    });
    const last = seen.at(-1)!;
    const rows = descriptors.reduce((sum, each) => sum + each.rows, 0);
    expect([Number(last['tokens']), Number(last['error'])]).toEqual([rows, 0]);
  });

  const sizes = sizesOf(4, 2, 8, 3, 64);
  const good = randomStream(5n, 'good');
  const plain = { ...randomDescriptor(sizes, good, 0), rows: 2, words: 3 };
  it.each<[string, number, (beats: Beat[]) => Beat[], Partial<Descriptor>]>([
    ['a wrong magic', 1, (beats) => beats, { magic: 0xd4 }],
    ['no rows', 2, (beats) => beats, { rows: 0 }],
    ['more groups than banks', 2, (beats) => beats, { groups: 4 }],
    ['a slot outside of the ring', 2, (beats) => beats, { ring: 2, slot0: 2 }],
    ['phases twice', 2, (beats) => beats, { phases: 2, scatter: 2 }],
    ['a base behind the X-RAM', 2, (beats) => beats, { base: 500 }],
    ['a row behind the X-RAM', 2, (beats) => beats, { base: 490, rowStride: 300, slot0: 0, ring: 3 }],
    ['tlast in the descriptor', 3, (beats) => beats.map((beat, k) => ({ ...beat, last: k === sizes.BEATS - 1 })), {}],
    ['tlast too early', 3, (beats) => beats.map((beat, k) => ({ ...beat, last: k === beats.length - 2 })), {}],
    ['no tlast', 3, (beats) => beats.map((beat) => ({ ...beat, last: false })), {}],
  ])('%s stops with error %i, and reset clears it', async (_, code, change, fields) => {
    const random = randomStream(9n, 'bad');
    const bad = change(packet(sizes, plain, random));
    const words = encodeDescriptor(plain);
    const wanted = { ...plain, ...fields };
    // The encoder refuses some of these values: their bits are put in place here.
    words[0] = wanted.magic;
    words[1] = wanted.rows | (wanted.blocks << 16);
    words[2] = wanted.words | (wanted.groups << 16) | (wanted.groupsLast << 24);
    words[3] = wanted.base | (wanted.phases << 20) | (wanted.group0 << 24);
    words[4] = wanted.rowStride | (wanted.blockStride << 16);
    words[5] = wanted.ring | (wanted.slot0 << 16);
    words[6] = wanted.phaseStride | (wanted.scatter << 16);
    elements(packed([...words].map(BigInt), 32), sizes.BEATS, 64).forEach((data, k) => (bad[k] = { ...bad[k]!, data }));
    const seen = await expectPortsAgree({
      ...{ design, params: { ...sizes }, cycles: 130, resets: [125] },
      model: () => new PixelPortModel(sizes),
      drive: driver([...bad, ...packet(sizes, plain, random)], () => 0),
    });
    expect([Number(seen[124]!['error']), Number(seen.at(-1)!['error'])]).toEqual([code, 0]);
  });
});
