/**
 * The journal: after every cycle the sixteen-byte pieces of ports and registers that have changed, appended in linear
 * memory. Only the window that somebody asks for is turned into values.
 *
 * A segment of the journal begins with a copy of all watched bytes; each cycle is a count and as many entries of four
 * bytes (the number of the piece) and sixteen (its contents). Segments form a ring: the oldest is overwritten.
 */
import { HeddleError } from '../../base/diagnostics.js';
import { type ElabSignal, type ElaboratedCircuit, elementCount } from '../elaborated.js';
import { type Trace, hierarchyOf } from '../waves.js';
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP, V128 } from './function.js';
import type { Layout } from './layout.js';
import { VECTOR } from './simd.js';
import { type Storage, readRun } from './storage.js';

export interface JournalOptions {
  /** Memory of the journal in bytes; 64 MiB by default. The oldest cycles go when it is full. */
  readonly bytes?: number;
}

export interface Journal {
  /** Cycles that can still be read: `first` .. `end - 1`, counted from the start of the journal. */
  readonly first: number;
  readonly end: number;
  /** Values of inputs and registers (all, or those named) in the cycles `from` .. `to - 1`. */
  window(from: number, to: number, names?: readonly string[]): Trace;
  /** Simulation goes on without the journal; what it holds can be read. */
  stop(): void;
}

const ENTRY = 20;
const ANY_TRUE = 83;

/** The module with `trace(cycles, at, limit) -> at`: runs cycles, each recorded before its edge, while there is room. */
export function journalModule(from: number, pieces: number, shadow: number): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const cycle = module.importFunction('cycle', [], []);
  const record = module.declare([I32], [I32]);
  module.define(record, recorder(from, pieces, shadow));
  const trace = module.declare([I32, I32, I32], [I32]);
  const f = new FunctionWriter(3);
  // Local 0 counts down to nothing; its rest is told through the word before the journal.
  f.op(0x02, 0x40, 0x03, 0x40);
  f.get(0).op(OP.i32.eqz, 0x0d, 1);
  f.get(1).get(2).op(OP.i32.gt_u, 0x0d, 1);
  f.get(1).call(record).set(1).call(cycle);
  f.get(0).i32(1).op(OP.i32.sub).set(0).op(0x0c, 0, 0x0b, 0x0b);
  f.i32(shadow - 16)
    .get(0)
    .mem('i32_store');
  f.get(1);
  module.define(trace, f.finish());
  module.export('trace', trace);
  return module.finish();
}

/** Appends one cycle at local 0 and returns the next free byte. */
function recorder(from: number, pieces: number, shadow: number): ReturnType<FunctionWriter['finish']> {
  const f = new FunctionWriter(1);
  const [at, piece, now, count] = [f.local(I32), f.local(I32), f.local(V128), f.local(I32)];
  f.get(0).i32(4).op(OP.i32.add).set(at);
  const difference = (k: number): void =>
    void f
      .get(piece)
      .simdMem(VECTOR.load, from + 16 * k)
      .get(piece)
      .simdMem(VECTOR.load, shadow + 16 * k)
      .simd(VECTOR.xor);
  const entry = (k: number): void => {
    // Written in any case, kept only if something changed.
    f.get(at)
      .get(piece)
      .i32(16 * k)
      .op(OP.i32.add)
      .mem('i32_store');
    f.get(at)
      .get(piece)
      .simdMem(VECTOR.load, from + 16 * k)
      .set(now)
      .get(now)
      .simdMem(VECTOR.store, 4);
    f.get(at)
      .i32(ENTRY)
      .get(now)
      .get(piece)
      .simdMem(VECTOR.load, shadow + 16 * k)
      .simd(VECTOR.xor)
      .simd(ANY_TRUE);
    f.op(OP.i32.mul, OP.i32.add).set(at);
    f.get(piece)
      .get(now)
      .simdMem(VECTOR.store, shadow + 16 * k);
  };
  f.loopBy(piece, 64, pieces * 16, () => {
    for (let k = 0; k < 4; k++) {
      difference(k);
      if (k > 0) f.simd(VECTOR.or);
    }
    f.simd(ANY_TRUE).if(() => [0, 1, 2, 3].forEach(entry));
  });
  f.get(at).get(0).op(OP.i32.sub).set(count);
  f.get(0).get(count).mem('i32_store').get(at);
  return f.finish();
}

interface Segment {
  readonly start: number;
  readonly cycles: number;
  /** Bytes of the snapshot. */
  readonly at: number;
  readonly end: number;
}

/** What the simulator lends to its journal. */
export interface JournalHost {
  readonly circuit: ElaboratedCircuit;
  readonly layout: Layout;
  storage(): Storage;
  /** Memory of the journal; `shadow` holds the watched bytes as of the last cycle, the word before it is free. */
  readonly buffer: { readonly at: number; readonly bytes: number; readonly shadow: number };
  readonly trace: (cycles: number, at: number, limit: number) => number;
}

/** Most segments that the ring is divided into. */
const SEGMENTS = 64;

export class JournalRecorder implements Journal {
  private readonly segments: Segment[] = [];
  private readonly size: number;
  private readonly worst: number;
  private slot = 0;
  private slots: number;
  private cycles = 0;
  private stopped = false;

  constructor(
    private readonly host: JournalHost,
    private readonly onStop: () => void,
  ) {
    const { from, to } = host.layout.watched;
    this.size = Math.ceil((to - from) / 64) * 64;
    this.worst = 4 + (this.size / 16 + 4) * ENTRY;
    const least = this.size + 4 * this.worst;
    this.slots = Math.max(2, Math.min(SEGMENTS, Math.floor(host.buffer.bytes / least)));
    if (least * 2 > host.buffer.bytes) {
      throw new HeddleError({
        code: 'H1110',
        message: `${host.circuit.top}: a journal of ${host.buffer.bytes} bytes holds no two cycles`,
        places: [],
        fix: `give it at least ${least * 2} bytes`,
      });
    }
  }

  get first(): number {
    return this.segments[0]?.start ?? this.cycles;
  }
  get end(): number {
    return this.cycles;
  }

  stop(): void {
    if (!this.stopped) this.onStop();
    this.stopped = true;
  }

  /** Runs cycles into the journal. */
  run(cycles: number): void {
    const { buffer, layout } = this.host;
    const bytesEach = Math.floor(buffer.bytes / this.slots / 16) * 16;
    for (let left = cycles; left > 0;) {
      const { bytes, view } = this.host.storage();
      const at = buffer.at + this.slot * bytesEach;
      this.slot = (this.slot + 1) % this.slots;
      if (this.segments.length >= this.slots) this.segments.shift();
      const { from } = layout.watched;
      bytes.copyWithin(at, from, from + this.size);
      bytes.copyWithin(buffer.shadow, from, from + this.size);
      const end = this.host.trace(left, at + this.size, at + bytesEach - this.worst);
      const rest = view.getUint32(buffer.shadow - 16, true);
      this.segments.push({ start: this.cycles, cycles: left - rest, at, end });
      this.cycles += left - rest;
      left = rest;
    }
  }

  window(from: number, to: number, names?: readonly string[]): Trace {
    const { circuit, layout } = this.host;
    const wanted = names === undefined ? undefined : new Set(names);
    const signals = circuit.signals.filter(
      (s) => (s.kind === 'reg' || s.kind === 'input') && (wanted === undefined || wanted.has(s.name)),
    );
    const waves = signals.map((s) => {
      const members = s.members === undefined ? {} : { members: s.members };
      const path =
        s.name +
        s.origin
          .filter((o) => o > 0)
          .map((o) => `[${o}]`)
          .join('');
      const { signed } = s;
      return {
        path,
        ...hierarchyOf(s),
        width: s.width * elementCount(s),
        signed,
        ...members,
        changes: [] as { cycle: number; value: bigint }[],
      };
    });
    const base = layout.watched.from;
    const image = new Uint8Array(base + this.size);
    const view = new DataView(image.buffer);
    const read = (s: ElabSignal): bigint => readRun({ bytes: image, view }, layout, s, 0, elementCount(s));
    for (const segment of this.segments) {
      if (segment.start >= to || segment.start + segment.cycles <= from) continue;
      const { bytes, view: memory } = this.host.storage();
      image.set(bytes.subarray(segment.at, segment.at + this.size), base);
      let at = segment.at + this.size;
      for (let cycle = segment.start; cycle < Math.min(to, segment.start + segment.cycles); cycle++) {
        const next = at + memory.getUint32(at, true);
        for (at += 4; at < next; at += ENTRY) {
          image.set(bytes.subarray(at + 4, at + ENTRY), base + memory.getUint32(at, true));
        }
        if (cycle < from) continue;
        signals.forEach((s, k) => {
          const value = read(s);
          const changes = waves[k]?.changes;
          if (changes?.at(-1)?.value !== value) changes?.push({ cycle: cycle - from, value });
        });
      }
    }
    return { top: circuit.top, signals: waves, cycles: Math.max(0, Math.min(to, this.cycles) - from) };
  }
}
