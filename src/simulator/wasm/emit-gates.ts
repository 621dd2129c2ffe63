/** Code of gates: bytes of who has work, and the comparisons and stores that set them. */
import { type Ex, elementCount, signalOf } from '../elaborated.js';
import { allBits, isNumber } from './activity.js';
import { copyBytes } from './bytes.js';
import { Changes, type Place } from './changes.js';
import { type Detection, type EmitContext, type Shared, typeOf } from './emit-context.js';
import {
  type Arm,
  type Cell,
  type Decision,
  type GatePlace,
  DirtyBytes,
  clearBytes,
  pushAnySet,
  setBytes,
} from './dirty.js';
import { I32, OP, V128 } from './function.js';
import type { Activity, Gate, Part, Sources, Watched } from './gated.js';
import { storageBytes } from './layout.js';
import type { Action, NestGate } from './nest.js';
import { VECTOR } from './simd.js';

/** What tells, while a part runs, whether signals change. */
interface Found {
  readonly tell: () => void;
  /** Where small ones are. */
  readonly places: Place[];
  vector?: number;
  scalar?: number;
}

/** A register with a shadow copy. */
interface Late {
  /** A byte that is set where it changes. */
  readonly at: number;
  readonly copy: number;
  /** What its readers wait for. */
  readonly bits: Set<number>;
}

/** Longer values are compared while they are stored. */
const SMALL_BYTES = 32;

export class GateEmitter {
  private readonly dirty: DirtyBytes;
  private readonly watchedOf = new Map<number, Watched>();
  private readonly done = new Set<number>();
  private readonly late = new Map<number, Late>();
  private readonly storedBy = new Map<Part, Set<number>>();

  /** `context` gives the function that is being written. */
  constructor(
    private readonly shared: Shared,
    private readonly activity: Activity,
    private readonly context: () => EmitContext,
  ) {
    this.dirty = new DirtyBytes(activity, shared.allocator);
    for (const w of activity.watched) this.watchedOf.set(w.bit, w);
    for (const [{ target }, part] of activity.parts) {
      const stored = this.storedBy.get(part);
      if (stored === undefined) this.storedBy.set(part, new Set([target]));
      else stored.add(target);
    }
  }

  get place(): GatePlace {
    return this.dirty.place;
  }

  /** The gate of a run of nests that have cells; gives these their places. */
  around(gates: readonly NestGate[]): NestGate {
    const cells = gates.flatMap((g) => g.cell ?? []);
    this.dirty.placeCells(cells);
    return {
      roots: gates.flatMap((g) => g.roots),
      push: () => pushAnySet(this.context().f, cells[0]?.address ?? 0, cells.length),
      enter: () => undefined,
      leave: () => undefined,
    };
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
  ofWire(gate: Gate): NestGate {
    const decision = this.dirty.decisionOf(gate);
    const cell = this.dirty.cellOf(gate);
    const by: NestGate = {
      roots: decision === undefined ? [] : this.conditions(decision.top),
      push: () => {
        if (decision !== undefined) this.decision(cell, decision);
        this.pushSet(cell, gate.sources);
      },
      enter: () => {
        this.clear(cell);
        this.mark([gate.bit]);
      },
      leave: () => undefined,
    };
    if (decision === undefined && !gate.sources.always) return { ...by, cell };
    this.dirty.placeCells([cell]);
    return by;
  }

  /** Before the edge, while conditions have their values: which registers with branches run. */
  decide(all: readonly Gate[]): Action {
    const decided = all.flatMap((gate) => {
      const decision = this.dirty.decisionOf(gate);
      return decision === undefined || gate.sources.always ? [] : [{ cell: this.dirty.cellOf(gate), decision }];
    });
    return this.action(
      decided.flatMap(({ decision }) => this.conditions(decision.top)),
      () => {
        for (const { cell, decision } of decided) this.decision(cell, decision);
      },
    );
  }

  /** Gate of a register at the edge. */
  ofRegister(gate: Gate, register: number): NestGate {
    const { bit, detect, sources } = gate;
    const cell = this.dirty.cellOf(gate);
    const late = this.late.get(register);
    late?.bits.add(bit);
    const changed = (): void => (late === undefined ? this.mark([bit]) : setBytes(this.context().f, [late.at]));
    let locals: { vector: number; scalar: number } | undefined;
    const by: NestGate = {
      roots: [],
      push: () => this.pushSet(cell, sources),
      enter: () => {
        this.clear(cell);
        if (!detect) return changed();
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
        c.f.if(changed);
      },
    };
    if (!sources.always) return { ...by, cell };
    this.dirty.placeCells([cell]);
    return by;
  }

  /** Gate of a part; of registers at the edge, or of wires. */
  ofPart(part: Part): NestGate {
    const cell = this.dirty.cellOf(part);
    // Signals whose change means the same share what tells about it.
    const groups = new Map<string, Found>();
    const foundFor = (signal: number): Found | undefined => {
      const late = this.late.get(signal);
      const bits = this.activity.marks.get(signal);
      if (bits === undefined && late === undefined) return undefined;
      for (const bit of bits ?? []) late?.bits.add(bit);
      const key = late === undefined ? (bits ?? []).join() : `late ${signal}`;
      const found = groups.get(key) ?? {
        places: [],
        tell: () => (late === undefined ? this.mark(bits ?? []) : setBytes(this.context().f, [late.at])),
      };
      groups.set(key, found);
      return found;
    };
    const small = new Map<number, Place>();
    for (const id of this.storedBy.get(part) ?? []) {
      const place = this.placeOf(id);
      if (place.bytes <= SMALL_BYTES && (this.late.has(id) || this.activity.marks.has(id))) small.set(id, place);
    }
    const changes = new Changes(small.values());
    for (const [id, place] of small) if (!changes.has(place)) small.delete(id);
    const detectionOf = (signal: number): Detection | undefined => {
      const found = small.has(signal) ? undefined : foundFor(signal);
      if (found === undefined) return undefined;
      const { f } = this.context();
      return {
        get vector() {
          return (found.vector ??= f.local(V128));
        },
        get scalar() {
          return (found.scalar ??= f.local(I32));
        },
      };
    };
    const by: NestGate = {
      roots: [],
      push: () => this.pushSet(cell, part.sources),
      enter: () => {
        this.clear(cell);
        const c = this.context();
        for (const [id, place] of small) foundFor(id)?.places.push(place);
        changes.before(c.f);
        c.detect = detectionOf;
      },
      leave: () => {
        const c = this.context();
        const { f } = c;
        c.detect = undefined;
        changes.after(f);
        for (const { tell, places, vector, scalar } of groups.values()) {
          let some = false;
          const or = (): void => {
            if (some) f.op(OP.i32.or);
            some = true;
          };
          if (places.length > 0) {
            changes.pushChanged(f, places);
            or();
          }
          if (vector !== undefined) {
            f.get(vector).simd(VECTOR.anyTrue);
            or();
          }
          if (scalar !== undefined) {
            f.get(scalar);
            or();
          }
          if (some) f.if(tell);
        }
      },
    };
    if (!part.sources.always) return { ...by, cell };
    this.dirty.placeCells([cell]);
    return by;
  }

  /** A register has a shadow copy at `copy`: its readers, and the copy back, wait for the end of the cycle. */
  shadowed(register: number, copy: number): void {
    if (!this.late.has(register)) this.late.set(register, { at: this.shared.allocator.take(1), copy, bits: new Set() });
  }

  /** Where a signal is stored. */
  private placeOf(id: number): Place {
    const signal = signalOf(this.shared.circuit, id);
    const address = this.late.get(id)?.copy ?? this.shared.layout.slots[id]?.address ?? 0;
    return { address, bytes: elementCount(signal) * storageBytes(signal.width) };
  }

  /** At the end of a cycle: `copy` makes the register what its shadow copy is; `always` where it may have changed unnoticed. */
  copyBack(register: number, always: boolean, copy: () => void): void {
    const late = this.late.get(register);
    if (always || late === undefined) copy();
    if (late === undefined) return;
    const { f } = this.context();
    pushAnySet(f, late.at, 1);
    f.if(() => {
      clearBytes(f, late.at, 1);
      if (!always) copy();
      this.mark(late.bits);
    });
  }

  /** After a write: whoever reads the memory has work in the next cycle. */
  memoryWritten(memory: number): void {
    const bit = this.activity.memories.get(memory);
    if (bit !== undefined) this.mark([bit]);
  }

  private action(roots: readonly Ex[], emit: (c: EmitContext) => void): Action {
    return { kind: 'action', roots, emit: () => emit(this.context()) };
  }

  /** Tells all readers of these. */
  private mark(bits: Iterable<number>): void {
    setBytes(this.context().f, this.dirty.readers(bits));
  }

  private clear({ address }: Cell): void {
    if (address !== undefined) clearBytes(this.context().f, address, 1);
  }

  private pushSet({ address }: Cell, { always }: { readonly always: boolean }): void {
    const { f } = this.context();
    if (address === undefined) throw new Error('a gate without a place');
    if (always) f.i32(1);
    else pushAnySet(f, address, 1);
  }

  /** Sets a cell where the arm that counts in this cycle has something new. */
  private decision({ address }: Cell, { top, at, count, always }: Decision): void {
    const c = this.context();
    const { f } = c;
    if (address === undefined) throw new Error('a gate without a place');
    const decide = (): void =>
      c.scoped(() => {
        this.pushArm(top);
        f.if(() => setBytes(f, [address]));
        if (count > 0) clearBytes(f, at, count);
      });
    if (always || count === 0) return decide();
    pushAnySet(f, at, count);
    f.if(decide);
  }

  /** Pushes something else than 0 if the arm has something new. */
  private pushArm({ always, leaf, branch }: Arm): void {
    const c = this.context();
    if (always) {
      c.f.i32(1);
      return;
    }
    if (leaf !== undefined) pushAnySet(c.f, leaf, 1);
    else if (branch === undefined) c.f.i32(0);
    if (branch === undefined) return;
    c.emit.pushAs(c, this.shared.interner.intern(branch.cond), I32);
    // What an arm computes for a condition of its own is not there for others.
    c.f.if(
      () => c.scoped(() => this.pushArm(branch.then)),
      () => c.scoped(() => this.pushArm(branch.else)),
      I32,
    );
    if (leaf !== undefined) c.f.op(OP.i32.or);
  }

  private conditions({ branch }: Arm): Ex[] {
    if (branch === undefined) return [];
    return [this.shared.interner.intern(branch.cond), ...this.conditions(branch.then), ...this.conditions(branch.else)];
  }

  /** Tells the readers of watched values where one of them is not what it was, and remembers them. */
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
        this.mark([bit]);
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
