/** Lists of transfers: readers and writers before a memory, circuit, cycle model and Verilator in lockstep, bytes compared. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../src/base/random.js';
import { AxiMemory } from '../../src/cosim/axi-memory.js';
import type { Ports } from '../../src/engine/model/port-model.js';
import { buildDesign } from '../../src/hdl/index.js';
import { listFlags } from '../../src/soc/engine-lists.js';
import { ListReaderModel, ListWriterModel } from '../../src/soc/list-masters.model.js';
import { ListReader } from '../../src/soc/list-reader.js';
import { ListWriter } from '../../src/soc/list-writer.js';
import { expectPortsAgree } from '../engine/rtl/ports-bench.js';
import { Offer } from './port-drive.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const bit = (value: boolean): bigint => (value ? 1n : 0n);
const BUFFER = 0x10000;

interface Entry {
  readonly offset: number;
  readonly bytes: number;
  readonly after: number;
  readonly last: boolean;
}

/** A list at any multiple of 16 in the buffer; transfers of a writer do not touch each other. */
function makeList(random: RandomStream, memory: AxiMemory, after: boolean): { first: number; entries: Entry[] } {
  const first = 16 * (1 + random.nextInt(100));
  let packet = 0;
  const entries = Array.from({ length: 1 + random.nextInt(11) }, (_, k): Entry => {
    const [bytes, last] = [1 + random.nextInt(random.nextInt(4) === 0 ? 300 : 40), random.nextInt(2) === 0];
    packet += random.nextInt(2);
    return { offset: 0x2000 + 512 * k + random.nextInt(200), bytes, after: after ? packet : 0, last };
  });
  const put = (at: number, word: number): void => {
    for (let k = 0; k < 4; k++) memory.bytes.set(BUFFER + at + k, Math.floor(word / 256 ** k) % 256);
  };
  entries.forEach(({ offset, bytes, after: wait, last }, k) => {
    const flags = wait + (last ? listFlags.last : 0) + (k === entries.length - 1 ? listFlags.end : 0);
    [offset, bytes, flags, 0].forEach((word, i) => put(first + 16 * k + 4 * i, word));
  });
  return { first, entries };
}

/** A memory that refuses addresses of `refused`, made anew for each list. */
const memoryOf = (random: RandomStream, bytes: number, refused: (address: number) => number): AxiMemory =>
  new AxiMemory({ prefix: 'm_axi', bytes, random, pause: 0.25, latency: [1, 20], response: refused });

/** A response by address that stays as long as a list: one address in `every`, none where that is 0. */
function responses(random: RandomStream): { every: number; anew: () => void; of: (address: number) => number } {
  let salt = 0;
  const made = {
    every: 0,
    anew: () => {
      salt = random.nextInt(2 ** 20);
    },
    of: (address: number): number => {
      const mixed = ((address + salt) * 2654435761) % 2 ** 32;
      return made.every > 0 && mixed % made.every === 0 ? 2 + (salt % 2) : 0;
    },
  };
  return made;
}

/** Flushes now and then, until nothing is under way. */
class Flushes {
  active = false;
  count = 0;
  /** Cycles since the last one. */
  since = 0;
  constructor(readonly random: RandomStream) {}
  /** True where one begins. */
  next(outputs: Ports, rate: number): boolean {
    this.since = this.active ? 0 : this.since + 1;
    if (this.active) {
      if (outputs['busy'] === 0n && this.random.nextInt(3) > 0) this.active = false;
      return false;
    }
    this.active = this.random.nextFloat() < rate;
    if (this.active) this.count++;
    return this.active;
  }
}

const cases = [
  [2, true],
  [8, false],
  [1, false],
] as const;

describe('list_reader', () => {
  it.each(cases)('brings the bytes of every transfer, %i words a beat', async (WORDS, verilator) => {
    const random = randomStream(seed, `reads ${WORDS}`);
    const BYTES = 4 * WORDS;
    const refuses = responses(random);
    const memory = memoryOf(random, BYTES, refuses.of);
    for (let k = 0; k < 0x4000; k++) memory.bytes.set(BUFFER + k, random.nextInt(256));
    const flushes = new Flushes(random);
    const resets = [900, 1700];
    let due: { data: bigint; last: boolean }[] = [];
    const seen = { lists: 0, beats: 0 };
    let [arrived, inputs, was]: [number, Ports, boolean] = [0, {}, true];
    let first = 0n;
    await expectPortsAgree({
      ...{ design: buildDesign(ListReader), params: { ADDR_W: 40, WORDS }, cycles: 3500, resets, verilator, seed },
      model: () => new ListReaderModel({ ADDR_W: 40, WORDS }),
      drive: (_, cycle, outputs) => {
        const reset = cycle === 0 || resets.includes(cycle);
        if (!was) {
          memory.tick(outputs);
          if (outputs['m_axis_tvalid'] === 1n && inputs['m_axis_tready'] === 1n) {
            const beat = due.shift();
            expect([cycle, outputs['m_axis_tdata'], outputs['m_axis_tlast']]).toEqual([
              cycle,
              beat?.data,
              bit(beat?.last === true),
            ]);
            seen.beats++;
          }
          expect(outputs['bad'] ?? 0n).toBe(0n);
        }
        was = reset;
        // Errors and flushes in the second half only: bytes are compared in front of them too.
        refuses.every = cycle > 2000 ? 60 : 0;
        const gives = flushes.next(outputs, cycle > 2000 ? 0.006 : 0) || reset || flushes.active;
        if (gives) due = [];
        if (reset) {
          memory.forget();
          flushes.since = 0;
        }
        const starts =
          !gives &&
          flushes.since > 3 &&
          due.length === 0 &&
          cycle > 3 &&
          outputs['busy'] === 0n &&
          random.nextInt(8) === 0;
        if (starts) {
          refuses.anew();
          const list = makeList(random, memory, true);
          first = BigInt(list.first);
          arrived = 0;
          seen.lists++;
          due = list.entries.flatMap(({ offset, bytes, last }) =>
            Array.from({ length: Math.ceil(bytes / BYTES) }, (_, k) => {
              const there = Array.from({ length: Math.min(BYTES, bytes - k * BYTES) }, (__, i) =>
                BigInt(memory.bytes.get(BUFFER + offset + k * BYTES + i) ?? 0),
              );
              const data = there.reduceRight((word, byte) => (word << 8n) | byte, 0n);
              return { data, last: last && (k + 1) * BYTES >= bytes };
            }),
          );
        } else if (random.nextInt(20) === 0) arrived++;
        const bus = Object.entries(memory.drive()).filter(([name]) => /_(ar|r)(?!eset)/.test(name.slice(5)));
        inputs = {
          ...{ ...Object.fromEntries(bus), flush: bit(flushes.active), cache: 3n, prot: 0n, start: bit(starts) },
          ...{ buffer: BigInt(BUFFER), first, arrived: BigInt(arrived), m_axis_tready: bit(random.nextInt(4) > 0) },
        };
        return inputs;
      },
    });
    expect(memory.violations).toEqual([]);
    expect(Math.min(seen.lists / 10, seen.beats / 60, flushes.count)).toBeGreaterThanOrEqual(1);
  });
});

describe('list_writer', () => {
  it.each(cases)('puts the bytes of every transfer into memory, %i words a beat', async (WORDS, verilator) => {
    const random = randomStream(seed, `writes ${WORDS}`);
    const BYTES = 4 * WORDS;
    const refuses = responses(random);
    const memory = memoryOf(random, BYTES, refuses.of);
    const flushes = new Flushes(random);
    const resets = [900, 1700];
    const beat = new Offer('s_axis', () => ({ s_axis_tdata: random.nextBigInt(8 * BYTES) }), { s_axis_tdata: 0n });
    let list: Entry[] | undefined;
    let moved: bigint[] = [];
    const seen = { lists: 0, packets: 0 };
    let [was, first, age] = [true, 0n, 0];
    await expectPortsAgree({
      ...{ design: buildDesign(ListWriter), params: { ADDR_W: 40, WORDS }, cycles: 4000, resets, verilator, seed },
      model: () => new ListWriterModel({ ADDR_W: 40, WORDS }),
      drive: (_, cycle, outputs) => {
        const reset = cycle === 0 || resets.includes(cycle);
        const gone = beat.moved(outputs);
        if (!was) {
          memory.tick(outputs);
          if (gone !== undefined) moved.push(gone['s_axis_tdata']!);
          age++;
          if (list !== undefined && age > 2 && outputs['idle'] === 1n && outputs['busy'] === 0n) {
            let at = 0;
            for (const { offset, bytes } of list) {
              const beats = moved.slice(at, at + Math.ceil(bytes / BYTES));
              const own = beats.flatMap((data) =>
                Array.from({ length: BYTES }, (_, k) => Number((data >> BigInt(8 * k)) & 255n)),
              );
              const there = Array.from({ length: bytes }, (_, k) => memory.bytes.get(BUFFER + offset + k));
              const fine = outputs['write_error'] === 0n;
              if (fine) expect([cycle, there]).toEqual([cycle, own.slice(0, bytes)]);
              at += beats.length;
            }
            seen.packets += Number(outputs['arrived']);
            expect(Number(outputs['arrived'])).toBe(list.filter(({ last }) => last).length);
            list = undefined;
            // What was taken ahead belongs to nobody: only a flush or a list that needs it moves beats.
            moved = moved.slice(at);
          }
        }
        was = reset;
        refuses.every = cycle > 2500 ? 60 : 0;
        const gives = flushes.next(outputs, cycle > 2500 ? 0.006 : 0) || reset || flushes.active;
        if (gives) list = undefined;
        if (gives) moved = [];
        if (reset) {
          memory.forget();
          flushes.since = 0;
        }
        const starts =
          !gives &&
          flushes.since > 3 &&
          list === undefined &&
          cycle > 3 &&
          outputs['busy'] === 0n &&
          random.nextInt(8) === 0;
        if (starts) {
          refuses.anew();
          const made = makeList(random, memory, false);
          // idle counts packets: the last transfer ends one, as in lists of programs.
          const put = BUFFER + made.first + 16 * (made.entries.length - 1) + 11;
          memory.bytes.set(put, (memory.bytes.get(put) ?? 0) | 0x40);
          list = made.entries.map((entry, k) => (k === made.entries.length - 1 ? { ...entry, last: true } : entry));
          [first, age] = [BigInt(made.first), 0];
          seen.lists++;
        }
        return {
          ...{
            ...memory.drive(),
            ...beat.drive(random.nextInt(4) > 0),
            flush: bit(flushes.active),
            start: bit(starts),
          },
          ...{ read_cache: 3n, write_cache: 2n, prot: 0n, buffer: BigInt(BUFFER), first },
        };
      },
    });
    expect(memory.violations).toEqual([]);
    expect(Math.min(seen.lists / 8, seen.packets / 20, flushes.count)).toBeGreaterThanOrEqual(1);
  });
});
