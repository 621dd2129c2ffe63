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

const resets = [900, 1700];

/**
 * When lists begin, and when they are given up: by a reset, and from cycle `from` on, so that bytes are compared in front of them
 * too, by flushes and refused addresses. A flush lasts until nothing is under way.
 */
class Turns {
  readonly memory: AxiMemory;
  flushing = false;
  readonly seen = { lists: 0, flushes: 0 };
  /** Cycles since the last flush. */
  #since = 0;
  /** One address in so many is refused, others with each list; none where it is 0. */
  #every = 0;
  #salt = 0;

  constructor(
    readonly random: RandomStream,
    bytes: number,
    readonly from: number,
  ) {
    const response = (address: number): number => {
      const mixed = ((address + this.#salt) * 2654435761) % 2 ** 32;
      return this.#every > 0 && mixed % this.#every === 0 ? 2 + (this.#salt % 2) : 0;
    };
    this.memory = new AxiMemory({ prefix: 'm_axi', bytes, random, pause: 0.25, latency: [1, 20], response });
  }

  isReset(cycle: number): boolean {
    return cycle === 0 || resets.includes(cycle);
  }

  /** A list that is `open` is not begun anew. */
  next(cycle: number, outputs: Ports, open: boolean): { readonly gives: boolean; readonly starts: boolean } {
    const [late, reset] = [cycle > this.from, this.isReset(cycle)];
    this.#every = late ? 60 : 0;
    const gives = this.#flush(outputs, late ? 0.006 : 0) || reset;
    if (reset) this.memory.forget();
    if (reset) this.#since = 0;
    const free = !gives && !open && this.#since > 3 && cycle > 3 && outputs['busy'] === 0n;
    const starts = free && this.random.nextInt(8) === 0;
    if (starts) {
      this.#salt = this.random.nextInt(2 ** 20);
      this.seen.lists++;
    }
    return { gives, starts };
  }

  #flush(outputs: Ports, rate: number): boolean {
    this.#since = this.flushing ? 0 : this.#since + 1;
    if (this.flushing) {
      if (outputs['busy'] === 0n && this.random.nextInt(3) > 0) this.flushing = false;
      return this.flushing;
    }
    this.flushing = this.random.nextFloat() < rate;
    if (this.flushing) this.seen.flushes++;
    return this.flushing;
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
    const turns = new Turns(random, BYTES, 2000);
    const { memory } = turns;
    for (let k = 0; k < 0x4000; k++) memory.bytes.set(BUFFER + k, random.nextInt(256));
    let due: { data: bigint; last: boolean }[] = [];
    let beats = 0;
    let [arrived, inputs, was]: [number, Ports, boolean] = [0, {}, true];
    let first = 0n;
    await expectPortsAgree({
      ...{ design: buildDesign(ListReader), params: { ADDR_W: 40, WORDS }, cycles: 3500, resets, verilator, seed },
      model: () => new ListReaderModel({ ADDR_W: 40, WORDS }),
      drive: (_, cycle, outputs) => {
        if (!was) {
          memory.tick(outputs);
          if (outputs['m_axis_tvalid'] === 1n && inputs['m_axis_tready'] === 1n) {
            const beat = due.shift();
            expect([cycle, outputs['m_axis_tdata'], outputs['m_axis_tlast']]).toEqual([
              cycle,
              beat?.data,
              bit(beat?.last === true),
            ]);
            beats++;
          }
          expect(outputs['bad'] ?? 0n).toBe(0n);
        }
        was = turns.isReset(cycle);
        const { gives, starts } = turns.next(cycle, outputs, due.length > 0);
        if (gives) due = [];
        if (starts) {
          const list = makeList(random, memory, true);
          first = BigInt(list.first);
          arrived = 0;
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
          ...{ ...Object.fromEntries(bus), flush: bit(turns.flushing), cache: 3n, prot: 0n, start: bit(starts) },
          ...{ buffer: BigInt(BUFFER), first, arrived: BigInt(arrived), m_axis_tready: bit(random.nextInt(4) > 0) },
        };
        return inputs;
      },
    });
    expect(memory.violations).toEqual([]);
    expect(Math.min(turns.seen.lists / 10, beats / 60, turns.seen.flushes)).toBeGreaterThanOrEqual(1);
  });
});

describe('list_writer', () => {
  it.each(cases)('puts the bytes of every transfer into memory, %i words a beat', async (WORDS, verilator) => {
    const random = randomStream(seed, `writes ${WORDS}`);
    const BYTES = 4 * WORDS;
    const turns = new Turns(random, BYTES, 2500);
    const { memory } = turns;
    const beat = new Offer('s_axis', () => ({ s_axis_tdata: random.nextBigInt(8 * BYTES) }), { s_axis_tdata: 0n });
    let list: Entry[] | undefined;
    let moved: bigint[] = [];
    let packets = 0;
    let [was, first, age] = [true, 0n, 0];
    await expectPortsAgree({
      ...{ design: buildDesign(ListWriter), params: { ADDR_W: 40, WORDS }, cycles: 4000, resets, verilator, seed },
      model: () => new ListWriterModel({ ADDR_W: 40, WORDS }),
      drive: (_, cycle, outputs) => {
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
            packets += Number(outputs['arrived']);
            expect(Number(outputs['arrived'])).toBe(list.filter(({ last }) => last).length);
            list = undefined;
            // What was taken ahead belongs to nobody: only a flush or a list that needs it moves beats.
            moved = moved.slice(at);
          }
        }
        was = turns.isReset(cycle);
        const { gives, starts } = turns.next(cycle, outputs, list !== undefined);
        if (gives) [list, moved] = [undefined, []];
        if (starts) {
          const made = makeList(random, memory, false);
          // idle counts packets: the last transfer ends one, as in lists of programs.
          const put = BUFFER + made.first + 16 * (made.entries.length - 1) + 11;
          memory.bytes.set(put, (memory.bytes.get(put) ?? 0) | 0x40);
          list = made.entries.map((entry, k) => (k === made.entries.length - 1 ? { ...entry, last: true } : entry));
          [first, age] = [BigInt(made.first), 0];
        }
        return {
          ...{
            ...memory.drive(),
            ...beat.drive(random.nextInt(4) > 0),
            flush: bit(turns.flushing),
            start: bit(starts),
          },
          ...{ read_cache: 3n, write_cache: 2n, prot: 0n, buffer: BigInt(BUFFER), first },
        };
      },
    });
    expect(memory.violations).toEqual([]);
    expect(Math.min(turns.seen.lists / 8, packets / 20, turns.seen.flushes)).toBeGreaterThanOrEqual(1);
  });
});
