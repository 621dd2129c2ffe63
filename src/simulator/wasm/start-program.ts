/**
 * The first program of a circuit of plain numbers: code in one pass over the circuit, in the order in which wires need
 * each other, with none of the passes that make cycles quick. Another program replaces it where a simulation goes on.
 *
 * All wires are in memory, so that a cycle computes what anybody may look at. At the edge next values are collected
 * beside the registers and copied there when all of them are known.
 */
import { type Assign, type ElaboratedCircuit, type ElabSignal, type Tree, signalOf } from '../elaborated.js';
import { Bytes, I32, ModuleWriter } from './encode.js';
import type { Allocator, FreshLayout } from './layout.js';
import { StartWriter, TEMPORARIES, Unfit, op, opWith, pushAs, store } from './start-value.js';

const CALL = 0x10;

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
  layout: FreshLayout,
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
    private readonly layout: FreshLayout,
    private readonly allocator: Allocator,
  ) {
    const count = circuit.signals.length;
    const ready = new Uint8Array(count).fill(1);
    this.drivers = new Array<Assign | undefined>(count).fill(undefined);
    for (const a of circuit.assigns) {
      // Two drivers of one number are an error, which others report.
      if (this.drivers[a.target] !== undefined) throw new Unfit();
      this.drivers[a.target] = a;
      ready[a.target] = 0;
    }
    this.w = new StartWriter(layout.addresses, ready, (signal) => this.needed(signal));
  }

  written(): ModuleWriter {
    const { circuit, module, w } = this;
    for (const a of circuit.assigns) {
      if (w.ready[a.target] === 1) continue;
      this.wire(a);
      if (w.at > FUNCTION_BYTES) this.cut();
    }
    this.cut();
    this.call(0);
    const settle = this.finish();
    const { from } = this.layout.state;
    const bytes = this.layout.watched.to - from;
    const next = this.allocator.take(bytes);
    const edge = this.functions.length;
    for (const u of circuit.updates) {
      const signal = signalOf(circuit, u.target);
      this.update(u.tree, signal, (w.address[u.target] ?? 0) + next - from);
      if (w.at > FUNCTION_BYTES) this.cut();
    }
    this.cut();
    w.close(w.reserve(1));
    opWith(w, CALL, settle);
    this.copy(next, from, bytes);
    this.call(edge);
    this.copy(from, next, bytes);
    const cycle = this.finish();
    module.export('settle', settle);
    module.export('cycle', cycle);
    return module;
  }

  /** Ends a function of the circuit, if one has been begun. */
  private cut(): void {
    if (this.w.at > 0) this.functions.push(this.finish());
  }

  /** Ends a function. */
  private finish(): number {
    const { module, w } = this;
    const body = new Bytes(w.at + 16);
    body.byte(1).byte(TEMPORARIES).byte(I32).bytes(w.data.subarray(0, w.at)).byte(0x0b);
    w.at = 0;
    const index = module.declare([], []);
    module.define(index, body);
    return index;
  }

  /** Calls the functions of the circuit from number `first` on. */
  private call(first: number): void {
    const { functions, w } = this;
    w.close(w.reserve(functions.length));
    for (let k = first; k < functions.length; k++) opWith(w, CALL, functions[k] ?? 0);
  }

  private copy(to: number, from: number, bytes: number): void {
    const { w } = this;
    opWith(w, 0x41, to);
    opWith(w, 0x41, from);
    opWith(w, 0x41, bytes);
    // memory.copy
    opWith(w, 0xfc, 0x0a);
    opWith(w, 0, 0);
  }

  /** Code may stand in the middle of other code: it leaves the stack as it finds it. */
  private needed(signal: number): void {
    const driver = this.drivers[signal];
    if (driver === undefined || this.depth >= MAX_DEPTH) throw new Unfit();
    this.wire(driver);
  }

  private wire({ target, value, loops }: Assign): void {
    const { w } = this;
    const width = this.circuit.signals[target]?.width ?? 0;
    if (loops.length > 0 || value.cost > MAX_COST) throw new Unfit();
    this.depth++;
    const room = w.reserve(value.cost);
    opWith(w, 0x41, 0);
    pushAs(w, value, width > 32);
    store(w, width, w.address[target] ?? 0);
    w.close(room);
    // Only now: a wire that needs itself goes round until it is too deep.
    w.ready[target] = 1;
    this.depth--;
  }

  private update(tree: Tree, signal: ElabSignal, to: number): void {
    const { w } = this;
    if (tree.kind === 'keep') return;
    const ex = tree.kind === 'value' ? tree.value : tree.cond;
    if (ex.cost > MAX_COST) throw new Unfit();
    const room = w.reserve(ex.cost);
    if (tree.kind === 'value') {
      opWith(w, 0x41, 0);
      pushAs(w, ex, signal.width > 32);
      store(w, signal.width, to);
    } else {
      pushAs(w, ex, false);
      // A branch without a result.
      opWith(w, 0x04, -64);
      this.update(tree.then, signal, to);
      if (tree.else.kind !== 'keep') {
        op(w, 0x05);
        this.update(tree.else, signal, to);
      }
      op(w, 0x0b);
    }
    w.close(room);
  }
}
