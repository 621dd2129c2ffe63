/** One function that computes wires and, at the edge, registers and memories: nests in order, cut into functions of limited size. */
import { type AsyncReset, type ElaboratedCircuit, type Ex, elementCount, isAffine, signalOf } from '../elaborated.js';
import { type Read, visitReads } from '../walk.js';
import { type ClockedItem, type UpdateItem, mayJoin, orderClocked } from './clocked.js';
import { copyBytes } from './bytes.js';
import { EmitContext, type Shared } from './emit-context.js';
import type { GatePlace } from './dirty.js';
import { GateEmitter } from './emit-gates.js';
import {
  type Leaf,
  type Nest,
  type NestGate,
  type Step,
  emitNest,
  emittedCost,
  planSteps,
  rootsOf,
} from './emit-nest.js';
import { operations } from './emit-value.js';
import { writeNest } from './emit-write.js';
import type { Activity, Part } from './gated.js';
import type { ModuleWriter } from './encode.js';
import { FunctionWriter } from './function.js';
import { classOf, storageBytes } from './layout.js';
import { type PlannedAssign, type PlannedCircuit, uniformArms } from './plan.js';
import { defineRewind, emitRoom, emitShift, placedRings } from './emit-ring.js';
import { shiftOf, shiftsRing } from './rings.js';
import { orderByInstance } from './parts.js';
import { type Group, scheduleAssigns } from './schedule.js';

/** Estimated instructions after which a new function is begun, about 10 kB of code; V8 optimises far longer ones badly. */
const FUNCTION_COST = 4000;
/** Gates next to each other that share a test which says that none of them has work, and what they cost at most. */
const FEWEST_TOGETHER = 3;
const MOST_TOGETHER = 8;
const TOGETHER_COST = 1000;

export interface ProgramOptions {
  /** Signals that are stored in memory whoever reads them. */
  readonly stored: ReadonlySet<number> | 'all';
  /** Gates of large nodes. */
  readonly activity?: Activity | undefined;
}

export interface EmittedProgram {
  readonly index: number;
  /** Shadow copies: registers' bytes and where their copies are. */
  readonly shadows: readonly {
    readonly target: number;
    readonly from: number;
    readonly to: number;
    readonly bytes: number;
  }[];
  /** Bits that are all set after registers changed behind the program's back. */
  readonly gates?: GatePlace | undefined;
  /** Function that puts rings back to where everybody expects them; absent where nothing shifts. */
  readonly rewind?: number;
}

/** A nest with its place among the functions. */
interface Job {
  readonly nest: Nest;
  readonly roots: readonly Ex[];
  readonly cost: number;
}

export function emitProgram(
  module: ModuleWriter,
  shared: Shared,
  program: PlannedCircuit,
  options: ProgramOptions,
): EmittedProgram {
  const maker = new NestMaker(shared, options.activity);
  const nests: Nest[] = [
    ...shared.circuit.asyncResets.map((r) => asyncReset(shared, r)),
    ...maker.assigns(program.assigns),
  ];
  const { clocked, shadows } = maker.clocked(program);
  nests.push(...clocked);
  const chunks = cut(maker.grouped(nests).map(jobOf));
  const gates = maker.gates?.place;
  const stored = options.stored === 'all' ? undefined : new Set(options.stored);
  for (const node of options.activity?.gates.keys() ?? []) stored?.add(node.target);
  for (const id of options.activity?.kept ?? []) stored?.add(id);
  const home = stored === undefined ? undefined : localWires(shared.circuit, chunks, stored);
  const functions = chunks.map((jobs, n) => {
    const f = new FunctionWriter(0);
    const c = new EmitContext(shared, f, operations);
    maker.current = c;
    if (home !== undefined) c.localOnly = { has: (id) => home[id] === n };
    c.begin(jobs.flatMap((j) => j.roots));
    for (const { nest } of jobs) emitNest(c, nest);
    return define(module, f);
  });
  const whole = new FunctionWriter(0);
  // Only at the start of a cycle, where no address into a window is known yet.
  const rings = program.updates.length === 0 ? [] : placedRings(shared);
  const rewinds = rings.map((ring) => {
    const rewind = defineRewind(module, ring);
    emitRoom(whole, ring, rewind);
    return rewind;
  });
  for (const one of functions) whole.call(one);
  const c = new EmitContext(shared, whole, operations);
  maker.current = c;
  for (const s of shadows) {
    const copy = (): void => copyBytes(c, { offset: s.from }, { offset: s.to }, s.bytes);
    if (maker.gates === undefined) copy();
    else maker.gates.copyBack(s.target, !maker.tells(program, s.target), copy);
  }
  const index = define(module, whole);
  if (rewinds.length === 0) return { index, shadows, gates };
  const all = new FunctionWriter(0);
  for (const rewind of rewinds) all.call(rewind);
  return { index, shadows, gates, rewind: define(module, all) };
}

function define(module: ModuleWriter, f: FunctionWriter): number {
  const index = module.declare([], []);
  module.define(index, f.finish());
  return index;
}

function jobOf(nest: Nest): Job {
  const roots = [...(nest.gate?.roots ?? []), ...rootsOf(nest.steps)];
  const [only] = nest.steps;
  if (only?.kind === 'prelude' && nest.steps.length === 1)
    return { nest, roots, cost: only.nests.reduce((sum, n) => sum + jobOf(n).cost, 8) };
  // The estimate for loops written out counts all arms of all decisions; a third of it is near the size of the code.
  let cost = 4;
  for (const ex of roots) cost += Math.min(ex.cost, 2000) + 2;
  return { nest, roots, cost: nest.loops.length === 0 ? cost : Math.max(cost, emittedCost(nest) / 3) };
}

function cut(jobs: readonly Job[]): Job[][] {
  const chunks: Job[][] = [];
  let room = 0;
  for (const job of jobs) {
    const last = chunks.at(-1);
    if (last === undefined || job.cost > room) {
      chunks.push([job]);
      room = FUNCTION_COST - job.cost;
    } else {
      last.push(job);
      room -= job.cost;
    }
  }
  return chunks;
}

/** By signal the number of the only function that reads it, for single narrow wires, which live in its locals; else -1. */
function localWires(
  circuit: ElaboratedCircuit,
  chunks: readonly (readonly Job[])[],
  stored: ReadonlySet<number>,
): Int32Array {
  const NOBODY = -1;
  const home = new Int32Array(circuit.signals.length).fill(NOBODY);
  let n = 0;
  const note = (steps: readonly Step[]): void => {
    for (const s of steps) {
      if (s.kind === 'leaf') {
        if (s.inner.length === 0 && !stored.has(s.target) && mayBeLocal(circuit, s.target)) home[s.target] = n;
      } else if (s.kind === 'branch') {
        note(s.then);
        note(s.else);
      } else if (s.kind === 'prelude') for (const nest of s.nests) note(nest.steps);
    }
  };
  const visit = (r: Read): void => {
    if (home[r.signal] !== n || (r.index.length > 0 && !r.index.every(isAffine))) home[r.signal] = NOBODY;
  };
  for (; n < chunks.length; n++) for (const { nest } of chunks[n] ?? []) note(nest.steps);
  for (n = 0; n < chunks.length; n++)
    for (const { roots } of chunks[n] ?? []) for (const root of roots) visitReads(root, visit);
  return home;
}

function mayBeLocal(circuit: ElaboratedCircuit, id: number): boolean {
  const s = signalOf(circuit, id);
  return s.kind === 'wire' && elementCount(s) === 1 && classOf(s.width) !== 'wide';
}

function asyncReset(shared: Shared, r: AsyncReset): Nest {
  const reset = shared.interner.load(r.reset, [], 1, false);
  const value = shared.interner.intern(r.value);
  const leaf: Leaf = { kind: 'leaf', inner: [], target: r.target, index: r.index, value };
  return {
    loops: r.loops,
    down: false,
    steps: [{ kind: 'branch', cond: shared.interner.intern(reset), then: [], else: [leaf] }],
  };
}

/** Turns nodes, updates and write ports into nests. */
class NestMaker {
  current: EmitContext | undefined;
  readonly gates: GateEmitter | undefined;
  private readonly shadowOf = new Map<number, number>();

  constructor(
    private readonly shared: Shared,
    private readonly activity: Activity | undefined,
  ) {
    this.gates = activity === undefined ? undefined : new GateEmitter(shared, activity, () => this.context());
  }

  /** Nests that have cells, next to each other, behind one more gate. */
  grouped(nests: readonly Nest[]): Nest[] {
    const { gates } = this;
    if (gates === undefined) return [...nests];
    const out: Nest[] = [];
    let run: { readonly nest: Nest; readonly gate: NestGate }[] = [];
    let cost = 0;
    const close = (): void => {
      const gate = gates.around(run.map((r) => r.gate));
      const inside = run.map((r) => r.nest);
      if (run.length < FEWEST_TOGETHER) out.push(...inside);
      else out.push(together(inside, gate));
      [run, cost] = [[], 0];
    };
    for (const nest of nests) {
      const { gate } = nest;
      const more = jobOf(nest).cost;
      if (run.length > 0 && (gate?.cell === undefined || run.length === MOST_TOGETHER || cost + more > TOGETHER_COST))
        close();
      if (gate?.cell === undefined) {
        out.push(nest);
        continue;
      }
      run.push({ nest, gate });
      cost += more;
    }
    if (run.length > 0) close();
    return out;
  }

  /** The updates of a register tell when they change it: they all have gates or are in parts. */
  tells(program: PlannedCircuit, register: number): boolean {
    const { gates, parts } = this.activity ?? {};
    return program.updates.every((u) => u.target !== register || gates?.has(u) === true || parts?.has(u) === true);
  }

  private readonly intern = (ex: Ex): Ex => this.shared.interner.intern(ex);
  private readonly inside = (nodes: readonly PlannedAssign[]): Nest[] => this.assigns(nodes);

  assigns(nodes: readonly PlannedAssign[]): Nest[] {
    const gated = this.activity?.gates;
    return scheduleAssigns(this.shared.circuit, nodes, (a) => gated?.has(a) === true).flatMap((group) => {
      const [node] = group.nodes;
      const gate = node === undefined ? undefined : gated?.get(node);
      const nests = this.group(group);
      const part = node === undefined ? undefined : this.activity?.parts.get(node);
      if (this.gates !== undefined && part !== undefined)
        return [actionsBefore(this.gates.comparisons(part.sources)), together(nests, this.gates.ofPart(part))].flat();
      if (this.gates === undefined || gate === undefined) return nests;
      const by = this.gates.ofWire(gate);
      const compared = this.gates.comparisons(gate.sources);
      const [nest, ...more] = nests;
      if (nest === undefined || more.length > 0 || group.nodes.length > 1) throw new Error('a gate has one nest');
      return [...(compared.length === 0 ? [] : [actions(compared)]), { ...nest, gate: by }];
    });
  }

  private group(group: Group): Nest[] {
    const { loops, nodes, down, ripple = false } = group;
    // Single values in a row: one nest without loops.
    if (loops.length === 0 && !group.sealed) return [{ loops, steps: leavesOf(nodes), down }];
    const steps = (a: PlannedAssign, inner: readonly number[]): Step[] => {
      const leaf = (value: Ex): Leaf => ({ kind: 'leaf', inner, target: a.target, index: a.index, value, ripple });
      return planSteps(a.plan, this.intern, leaf, this.inside);
    };
    const [only] = nodes;
    // A node alone has no decisions within its loops: all of them may become one block move.
    if (nodes.length === 1 && only !== undefined && uniformArms(only.plan))
      return [{ loops: [], steps: steps(only, loops), down }];
    if (loops.length === 0) return nodes.map((a) => ({ loops, steps: steps(a, []), down }));
    return [{ loops, steps: nodes.flatMap((a) => steps(a, [])), down }];
  }

  clocked(program: PlannedCircuit): { clocked: Nest[]; shadows: EmittedProgram['shadows'] } {
    const { circuit, layout, allocator } = this.shared;
    const items = this.activity === undefined ? orderClocked(circuit, program) : orderByInstance(circuit, program);
    for (const item of items) {
      if (item.kind !== 'update' || !item.shadow || this.shadowOf.has(item.update.target)) continue;
      const copy = allocator.take(bytesOf(circuit, item.update.target));
      this.shadowOf.set(item.update.target, copy);
      this.gates?.shadowed(item.update.target, copy);
    }
    const nests: Nest[] = [];
    const gated = this.activity?.gates;
    if (this.gates !== undefined && gated !== undefined) {
      const deciding = program.updates.flatMap((u) => gated.get(u) ?? []);
      nests.push(actions([...this.gates.comparisons(), this.gates.decide(deciding)]));
    }
    const partAt = (k: number): Part | undefined => {
      const item = items[k];
      return item?.kind === 'update' ? this.activity?.parts.get(item.update) : undefined;
    };
    let open: { readonly part: Part; readonly nests: Nest[] } | undefined;
    const close = (): void => {
      if (open !== undefined) nests.push(together(open.nests, this.gates?.ofPart(open.part) ?? never()));
      open = undefined;
    };
    for (let k = 0; k < items.length;) {
      const first = items[k];
      if (first === undefined) break;
      const part = partAt(k);
      if (part !== open?.part) close();
      if (first.kind === 'write') {
        const { memory } = first.write;
        nests.push(
          writeNest(
            this.shared,
            () => this.context(),
            first.write,
            () => this.gates?.memoryWritten(memory),
          ),
        );
        k++;
        continue;
      }
      const batch: UpdateItem[] = [first];
      const gate = gated?.get(first.update);
      for (k++; k < items.length; k++) {
        const next: ClockedItem | undefined = items[k];
        if (next?.kind !== 'update' || gate !== undefined || gated?.has(next.update) === true) break;
        if (partAt(k) !== part) break;
        if (this.isShift(first) || this.isShift(next)) break;
        if (!mayJoin(circuit, batch, next)) break;
        batch.push(next);
      }
      const { loops, inner } = first.update;
      const [steps, down] = [batch.flatMap((item) => this.update(item, item.update.inner)), first.down];
      // An update alone whose decisions hold for all its iterations may become block moves.
      const whole = batch.length === 1 && loops.length > 0 && uniformArms(first.update.plan);
      const nest = whole
        ? { loops: [], steps: this.update(first, [...loops, ...inner]), down }
        : { loops, steps, down };
      if (part !== undefined) {
        open ??= { part, nests: [] };
        open.nests.push(nest);
      } else
        nests.push(
          gate === undefined ? nest : { ...nest, gate: this.gates?.ofRegister(gate, first.update.target) ?? never() },
        );
    }
    close();
    const shadows = [...this.shadowOf].map(([target, to]) => ({
      target,
      from: layout.slots[target]?.address ?? 0,
      to,
      bytes: bytesOf(circuit, target),
    }));
    return { clocked: nests, shadows };
  }

  private update({ update }: UpdateItem, inner: readonly number[]): Step[] {
    // A register with some shadowed drivers has them all shadowed: one copy back serves all.
    const shadow = this.shadowOf.get(update.target);
    const { ring } = this.shared.layout.slots[update.target] ?? {};
    const whole = inner.length === update.loops.length + update.inner.length;
    const leaf = (value: Ex): Step => {
      const { target, index } = update;
      const way =
        whole && shadow === undefined ? shiftOf(signalOf(this.shared.circuit, target), update, value) : undefined;
      if (ring !== undefined && way === (ring.down ? 'down' : 'up')) {
        return { kind: 'action', roots: [], emit: () => emitShift(this.context(), ring) };
      }
      return { kind: 'leaf', inner, target, index, value, ...(shadow === undefined ? {} : { shadow }) };
    };
    return planSteps(update.plan, this.intern, leaf, this.inside);
  }

  private isShift({ update }: UpdateItem): boolean {
    const { ring } = this.shared.layout.slots[update.target] ?? {};
    return shiftsRing(signalOf(this.shared.circuit, update.target), ring, update);
  }

  private context(): EmitContext {
    if (this.current === undefined) throw new Error('no function is being written');
    return this.current;
  }
}

/** Actions one after the other. */
const actions = (steps: readonly Step[]): Nest => ({ loops: [], steps, down: false });

const actionsBefore = (steps: readonly Step[]): Nest[] => (steps.length === 0 ? [] : [actions(steps)]);

/** Nests behind one gate. */
const together = (nests: readonly Nest[], gate: NestGate): Nest => ({
  ...{ loops: [], steps: [{ kind: 'prelude', nests }], down: false, gate },
});

function never(): never {
  throw new Error('gates without an emitter');
}

/** Nodes without loops and decisions. */
function leavesOf(nodes: readonly PlannedAssign[]): Leaf[] {
  const leaves: Leaf[] = [];
  for (const { target, index, value, loops } of nodes) {
    leaves.push({ kind: 'leaf', inner: loops, target, index, value, ripple: false });
  }
  return leaves;
}

const bytesOf = (circuit: ElaboratedCircuit, id: number): number => {
  const signal = signalOf(circuit, id);
  return elementCount(signal) * storageBytes(signal.width);
};
