/** Code of gates: bits of what has changed, in words in memory, and the comparisons and stores that set them. */
import { type Ex, elementCount, signalOf } from '../elaborated.js';
import { allBits, isNumber } from './activity.js';
import { copyBytes } from './bytes.js';
import { type Detection, type EmitContext, type Shared, typeOf } from './emit-context.js';
import { I32, I64, OP, V128 } from './function.js';
import type { Activity, Gate, Part, Sources, Watched } from './gated.js';
import { storageBytes } from './layout.js';
import type { Action, NestGate } from './nest.js';
import { VECTOR } from './simd.js';

/** Where the words are that say which registers are to be taken as changed before the next cycle. */
export interface GatePlace {
  readonly address: number;
  readonly bytes: number;
}

/** Bits of a word that have numbers; the one above is set only where everything counts as changed. */
const WORD = 63;
const EVERYTHING: bigint = -1n << 63n;

function masksOf(bits: Iterable<number>, words: number): bigint[] {
  const masks: bigint[] = Array.from({ length: words }, () => 0n);
  for (const bit of bits) {
    const k = Math.floor(bit / WORD);
    masks[k] = (masks[k] ?? 0n) | (1n << BigInt(bit % WORD));
  }
  return masks;
}

export class GateEmitter {
  private readonly words: number;
  /** Bits that count in this cycle, nodes at the edge that run in it, bits for the next cycle. */
  private readonly now: number;
  private readonly run: number;
  private readonly next: number;
  private readonly watchedOf = new Map<number, Watched>();
  private readonly done = new Set<number>();

  /** `context` gives the function that is being written. */
  constructor(
    private readonly shared: Shared,
    private readonly activity: Activity,
    private readonly context: () => EmitContext,
  ) {
    this.words = Math.max(1, Math.ceil(activity.bits / WORD));
    const bytes = 8 * this.words;
    [this.now, this.run, this.next] = [0, 1, 2].map(() => shared.allocator.take(bytes)) as [number, number, number];
    for (const w of activity.watched) this.watchedOf.set(w.bit, w);
  }

  get place(): GatePlace {
    return { address: this.next, bytes: 8 * this.words };
  }

  /** At the start of a cycle: what changed in the one before counts now. */
  start(): Action {
    return this.action([], ({ f }) => {
      for (let k = 0; k < this.words; k++) {
        f.i32(0)
          .i32(0)
          .mem('i64_load', this.next + 8 * k)
          .mem('i64_store', this.now + 8 * k);
        f.i32(0)
          .i64(0n)
          .mem('i64_store', this.next + 8 * k);
      }
    });
  }

  /** Comparisons that `sources` need and nobody has made so far in the cycle; all of them without sources. */
  comparisons(sources?: Sources): Action[] {
    const wanted = sources === undefined ? this.activity.watched.map((w) => w.bit) : [...allBits(sources)];
    return wanted.flatMap((bit) => {
      const watched = this.watchedOf.get(bit);
      if (watched === undefined || this.done.has(bit)) return [];
      this.done.add(bit);
      return [this.comparison(watched)];
    });
  }

  /** Gate of a wire, in the middle of the cycle. */
  ofWire({ bit, sources }: Gate): NestGate {
    return {
      roots: this.conditions(sources),
      push: () => this.pushRuns(sources),
      enter: () => this.setBits(this.now, [bit]),
      leave: () => undefined,
    };
  }

  /** Before the edge, while conditions have their values: which registers with branches run. */
  decide(all: readonly Gate[]): Action {
    const gates = all.filter((g) => g.sources.branch !== undefined);
    return this.action(
      gates.flatMap((g) => this.conditions(g.sources)),
      ({ f }) => {
        for (let k = 0; k < this.words; k++) {
          const mine = gates.filter((g) => Math.floor(g.bit / WORD) === k);
          if (mine.length === 0) continue;
          const run = f.local(I64);
          f.i64(0n).set(run);
          for (const g of mine) {
            f.get(run);
            this.pushRuns(g.sources);
            f.op(OP.i64.extend_u)
              .i64(BigInt(g.bit % WORD))
              .op(OP.i64.shl, OP.i64.or)
              .set(run);
          }
          f.i32(0)
            .get(run)
            .mem('i64_store', this.run + 8 * k);
        }
      },
    );
  }

  /** Gate of a register at the edge. */
  ofRegister(gate: Gate): NestGate {
    const { bit, detect } = gate;
    let locals: { vector: number; scalar: number } | undefined;
    return {
      roots: [],
      push: () => this.pushRan([gate]),
      enter: () => {
        if (!detect) return this.setBits(this.next, [bit]);
        const c = this.context();
        locals = { vector: c.f.local(V128), scalar: c.f.local(I32) };
        c.f.simdBytes(VECTOR.const, []).set(locals.vector);
        c.f.i32(0).set(locals.scalar);
        const found = locals;
        c.detect = () => found;
      },
      leave: () => {
        if (locals === undefined) return;
        const c = this.context();
        c.detect = undefined;
        c.f.get(locals.vector).simd(VECTOR.anyTrue).get(locals.scalar).op(OP.i32.or);
        c.f.if(() => this.setBits(this.next, [bit]));
      },
    };
  }

  /** Gate of a part, of registers at the `edge` or of wires. */
  ofPart({ sources }: Part, edge: boolean): NestGate {
    // Signals whose change means the same share what tells about it.
    const groups = new Map<string, { readonly bits: readonly number[]; vector?: number; scalar?: number }>();
    const detectionOf = (signal: number): Detection | undefined => {
      const bits = this.activity.marks.get(signal);
      if (bits === undefined) return undefined;
      const key = bits.join();
      const group = groups.get(key) ?? { bits };
      groups.set(key, group);
      const { f } = this.context();
      return {
        get vector() {
          return (group.vector ??= f.local(V128));
        },
        get scalar() {
          return (group.scalar ??= f.local(I32));
        },
      };
    };
    return {
      roots: [],
      push: () => this.pushRuns(sources),
      enter: () => {
        this.context().detect = detectionOf;
      },
      leave: () => {
        const c = this.context();
        c.detect = undefined;
        for (const { bits, vector, scalar } of groups.values()) {
          if (vector !== undefined) c.f.get(vector).simd(VECTOR.anyTrue);
          if (scalar !== undefined) c.f.get(scalar);
          if (vector !== undefined && scalar !== undefined) c.f.op(OP.i32.or);
          if (vector !== undefined || scalar !== undefined)
            c.f.if(() => this.setBits(edge ? this.next : this.now, bits));
        }
      },
    };
  }

  /** Pushes whether one of these parts ran at this edge. */
  pushPartsRan(parts: readonly Part[]): void {
    this.pushRuns({
      bits: new Set(parts.flatMap((p) => [...p.sources.bits])),
      always: parts.some((p) => p.sources.always),
    });
  }

  /** Pushes whether one of these registers runs, or ran, at this edge. */
  pushRan(gates: readonly Gate[]): void {
    const { f } = this.context();
    gates.forEach(({ bit, sources }, n) => {
      // Bits that count in this cycle stay what they are throughout the edge.
      if (sources.branch === undefined) this.pushRuns(sources);
      else this.pushAny(this.run, new Set([bit]));
      if (n > 0) f.op(OP.i32.or);
    });
  }

  /** After a write: whoever reads the memory has work in the next cycle. */
  memoryWritten(memory: number): void {
    const bit = this.activity.memories.get(memory);
    if (bit !== undefined) this.setBits(this.next, [bit]);
  }

  private action(roots: readonly Ex[], emit: (c: EmitContext) => void): Action {
    return { kind: 'action', roots, emit: () => emit(this.context()) };
  }

  private setBits(base: number, bits: Iterable<number>): void {
    masksOf(bits, this.words).forEach((mask, k) => {
      const at = base + 8 * k;
      if (mask !== 0n) this.context().f.i32(0).i32(0).mem('i64_load', at).i64(mask).op(OP.i64.or).mem('i64_store', at);
    });
  }

  /** Pushes 1 if a bit is set, or everything counts as changed, else 0. */
  private pushAny(base: number, bits: ReadonlySet<number>): void {
    const { f } = this.context();
    const masks: bigint[] = masksOf(bits, this.words);
    if (!masks.some((mask) => mask !== 0n)) masks[0] = EVERYTHING;
    let some = false;
    masks.forEach((mask, k) => {
      if (mask === 0n) return;
      f.i32(0)
        .mem('i64_load', base + 8 * k)
        .i64(mask | EVERYTHING)
        .op(OP.i64.and);
      if (some) f.op(OP.i64.or);
      some = true;
    });
    f.i64(0n).op(OP.i64.ne);
  }

  private pushRuns({ bits, always, branch }: Sources): void {
    const c = this.context();
    if (always) {
      c.f.i32(1);
      return;
    }
    this.pushAny(this.now, bits);
    if (branch === undefined) return;
    c.emit.pushAs(c, this.shared.interner.intern(branch.cond), I32);
    // What an arm computes for a condition of its own is not there for others.
    c.f.if(
      () => c.scoped(() => this.pushRuns(branch.then)),
      () => c.scoped(() => this.pushRuns(branch.else)),
      I32,
    );
    c.f.op(OP.i32.or);
  }

  private conditions({ branch }: Sources): Ex[] {
    if (branch === undefined) return [];
    return [this.shared.interner.intern(branch.cond), ...this.conditions(branch.then), ...this.conditions(branch.else)];
  }

  /** Sets the bit of watched values where one of them is not what it was, and remembers them. */
  private comparison({ bit, signals }: Watched): Action {
    const { circuit, interner, allocator } = this.shared;
    const all = signals.map((id) => {
      const signal = signalOf(circuit, id);
      const bytes = elementCount(signal) * storageBytes(signal.width);
      const number = isNumber(signal);
      const index = signal.dims.map(() => ({ c: 0, terms: [] }));
      const ex = number ? interner.load(id, index, signal.width, signal.signed) : undefined;
      return { signal, bytes, ex, saved: allocator.take(bytes) };
    });
    const roots = all.flatMap(({ ex }) => (ex === undefined ? [] : [ex]));
    return this.action(roots, (c) => {
      const { f } = c;
      const [differs, vector] = [f.local(I32), f.local(V128)];
      f.i32(0).set(differs);
      const values = all.map(({ signal, ex, saved }) => {
        if (ex === undefined) return undefined;
        const { width, signed } = signal;
        const type = typeOf(width);
        const value = f.local(type);
        c.emit.pushAs(c, ex, type);
        f.tee(value).i32(0);
        c.load(width, signed, saved);
        f.op(type === I32 ? OP.i32.ne : OP.i64.ne)
          .get(differs)
          .op(OP.i32.or)
          .set(differs);
        return value;
      });
      if (all.some(({ ex }) => ex === undefined)) {
        f.simdBytes(VECTOR.const, []).set(vector);
        for (const { signal, bytes, ex, saved } of all) {
          if (ex !== undefined) continue;
          const { address } = c.slot(signal.id);
          for (let at = 0; at < bytes; at += 16) {
            f.i32(0)
              .simdMem(VECTOR.load, address + at)
              .i32(0)
              .simdMem(VECTOR.load, saved + at)
              .simd(VECTOR.xor);
            const left = bytes - at;
            if (left < 16)
              f.simdBytes(
                VECTOR.const,
                Uint8Array.from({ length: left }, () => 255),
              ).simd(VECTOR.and);
            f.get(vector).simd(VECTOR.or).set(vector);
          }
        }
        f.get(vector).simd(VECTOR.anyTrue).get(differs).op(OP.i32.or).set(differs);
      }
      f.get(differs).if(() => {
        this.setBits(this.now, [bit]);
        all.forEach(({ signal, bytes, saved }, n) => {
          const value = values[n];
          if (value === undefined) copyBytes(c, { offset: saved }, { offset: c.slot(signal.id).address }, bytes);
          else {
            f.i32(0).get(value);
            c.store(signal.width, saved);
          }
        });
      });
    });
  }
}
