/**
 * The first program of a circuit of plain numbers: code in one pass over the circuit, in the order in which wires need
 * each other, with none of the passes that make cycles quick. Another program replaces it where a simulation goes on.
 *
 * All wires are in memory, so that a cycle computes what anybody may look at. At the edge next values are collected
 * beside the registers and copied there when all of them are known.
 */
import { type Assign, type ElaboratedCircuit, type ElabSignal, type Tree, signalOf } from '../elaborated.js';
import { Bytes, I32, ModuleWriter } from './encode.js';
import { FunctionWriter } from './function.js';
import type { Allocator, Layout } from './layout.js';
import { StartWriter, TEMPORARIES, Unfit, op, opWith, pushAs, store } from './start-value.js';

/** Bytes of code after which a new function is begun. */
const FUNCTION_BYTES = 16000;

/** Wires that need each other one inside the other; the stack of the host is finite. */
const MAX_DEPTH = 200;

/** Expressions that share their parts may be far larger written out than they are. */
const MAX_COST = 4000;

/** Signals and nests that a first program knows: numbers of at most 64 bits. */
export function mayStart(circuit: ElaboratedCircuit): boolean {
  if (circuit.writes.length > 0 || circuit.asyncResets.length > 0) return false;
  for (const s of circuit.signals) if (s.dims.length > 0 || s.width > 64) return false;
  return true;
}

/**
 * The module with `settle`, which computes all wires, and `cycle`, which does that and then the edge; undefined for a
 * circuit with anything in it that needs the full program.
 */
export function startProgram(
  circuit: ElaboratedCircuit,
  layout: Layout,
  allocator: Allocator,
): ModuleWriter | undefined {
  try {
    return new StartProgram(circuit, layout, allocator).written();
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

class StartProgram {
  private readonly module = new ModuleWriter();
  private readonly w: StartWriter;
  /** By signal: the node that drives it. */
  private readonly drivers: (Assign | undefined)[];
  private readonly functions: number[] = [];
  private depth = 0;

  constructor(
    private readonly circuit: ElaboratedCircuit,
    private readonly layout: Layout,
    private readonly allocator: Allocator,
  ) {
    const count = circuit.signals.length;
    const address = new Int32Array(count);
    for (let id = 0; id < count; id++) address[id] = layout.slots[id]?.address ?? 0;
    const ready = new Uint8Array(count).fill(1);
    this.drivers = new Array<Assign | undefined>(count).fill(undefined);
    for (const a of circuit.assigns) {
      // Two drivers of one number are an error, which others report.
      if (this.drivers[a.target] !== undefined) throw new Unfit();
      this.drivers[a.target] = a;
      ready[a.target] = 0;
    }
    this.w = new StartWriter(address, ready, (signal) => this.needed(signal));
  }

  written(): ModuleWriter {
    const { circuit, module, w } = this;
    for (const a of circuit.assigns) {
      if (w.ready[a.target] === 1) continue;
      this.wire(a);
      if (w.at > FUNCTION_BYTES) this.cut();
    }
    this.cut();
    const settle = this.caller(this.functions);
    const wires = this.functions.length;
    const { from } = this.layout.state;
    const { to } = this.layout.watched;
    const next = this.allocator.take(to - from);
    for (const u of circuit.updates) {
      const signal = signalOf(circuit, u.target);
      this.update(u.tree, signal, (w.address[u.target] ?? 0) + next - from);
      if (w.at > FUNCTION_BYTES) this.cut();
    }
    this.cut();
    const edge = new FunctionWriter(0);
    edge.call(settle);
    const copy = (dst: number, src: number): void =>
      void edge
        .i32(dst)
        .i32(src)
        .i32(to - from)
        .memoryCopy();
    copy(next, from);
    for (const one of this.functions.slice(wires)) edge.call(one);
    copy(from, next);
    const cycle = module.declare([], []);
    module.define(cycle, edge.finish());
    module.export('settle', settle);
    module.export('cycle', cycle);
    return module;
  }

  /** Ends a function. */
  private cut(): void {
    const { module, w } = this;
    if (w.at === 0) return;
    const body = new Bytes();
    body.byte(1).byte(TEMPORARIES).byte(I32).bytes(w.data.subarray(0, w.at)).byte(0x0b);
    w.at = 0;
    const index = module.declare([], []);
    module.define(index, body);
    this.functions.push(index);
  }

  private caller(functions: readonly number[]): number {
    const f = new FunctionWriter(0);
    for (const one of functions) f.call(one);
    const index = this.module.declare([], []);
    this.module.define(index, f.finish());
    return index;
  }

  /** Code may stand in the middle of other code: it leaves the stack as it finds it. */
  private needed(signal: number): void {
    const driver = this.drivers[signal];
    if (driver === undefined || this.depth >= MAX_DEPTH) throw new Unfit();
    this.wire(driver);
  }

  private wire({ target, value, loops }: Assign): void {
    const { w } = this;
    const { width } = signalOf(this.circuit, target);
    if (loops.length > 0 || value.cost > MAX_COST) throw new Unfit();
    this.depth++;
    opWith(w, 0x41, 0);
    pushAs(w, value, width > 32);
    store(w, width, w.address[target] ?? 0);
    // Only now: a wire that needs itself goes round until it is too deep.
    w.ready[target] = 1;
    this.depth--;
  }

  private update(tree: Tree, signal: ElabSignal, to: number): void {
    const { w } = this;
    if (tree.kind === 'keep') return;
    if (tree.kind === 'value') {
      if (tree.value.cost > MAX_COST) throw new Unfit();
      opWith(w, 0x41, 0);
      pushAs(w, tree.value, signal.width > 32);
      return store(w, signal.width, to);
    }
    if (tree.cond.cost > MAX_COST) throw new Unfit();
    pushAs(w, tree.cond, false);
    opWith(w, 0x04, -64);
    this.update(tree.then, signal, to);
    if (tree.else.kind !== 'keep') {
      op(w, 0x05);
      this.update(tree.else, signal, to);
    }
    op(w, 0x0b);
  }
}
