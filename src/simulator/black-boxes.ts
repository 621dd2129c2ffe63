/**
 * Black boxes in a running simulation, interpreted or compiled. The circuit ends at hidden ports; here the models read
 * what leaves the circuit and drive what enters it. Outputs that follow inputs within the cycle are evaluated until
 * nothing changes; the others change at the edge only, so that a circuit with registered boxes settles once.
 */
import { HeddleError } from '../base/diagnostics.js';
import type { BlackBoxModel, PortBits } from '../circuit/index.js';
import { type ElabBlackBox, type ElaboratedCircuit, elementCount, signalOf } from './elaborated.js';
import { type CircuitSimulation, foreignSnapshot } from './inspect.js';

/** One port of all instances of a box. */
interface BoxPort {
  readonly name: string;
  readonly signal: number;
  readonly get: () => bigint;
  readonly set: (value: bigint) => void;
  /** Bits of one instance. */
  readonly width: bigint;
}

interface Box {
  readonly models: readonly BlackBoxModel[];
  readonly inputs: readonly BoxPort[];
  readonly registered: readonly BoxPort[];
  readonly following: readonly BoxPort[];
  readonly where: ElabBlackBox;
}

/** `sim` with its boxes; the same object where the circuit has none. */
export function withBlackBoxes<S extends CircuitSimulation>(sim: S): S {
  const { circuit } = sim;
  if (circuit.blackBoxes.length === 0) return sim;
  const boxes = circuit.blackBoxes.map((where) => boxOf(sim, where));
  const following = boxes.filter((box) => box.following.length > 0);

  // A path leads through every output of every instance at most once; one round more shows that nothing changes.
  const rounds = following.reduce((n, box) => n + box.models.length * box.following.length, 1);

  const settle = (): void => {
    sim.settle();
    for (let round = 0; round <= rounds; round++) {
      const changed = following.filter((box) => drive(box, box.following, inputsOf(box)));
      if (changed.length === 0) return;
      sim.settle();
    }
    throw notSettling(circuit, following);
  };
  const tick = (clocks?: readonly string[]): void => {
    settle();
    const before = boxes.map(inputsOf);
    sim.tick(clocks);
    boxes.forEach((box, k) => {
      if (clocks !== undefined && !clocks.includes(circuit.clocks[box.where.domain] ?? '')) return;
      const inputs = before[k] ?? [];
      box.models.forEach((model, n) => model.clock?.(inputs[n] ?? {}));
      drive(box, box.registered, inputs);
    });
  };
  const start = (): void => {
    for (const box of boxes) drive(box, box.registered, inputsOf(box));
  };
  start();

  return {
    ...sim,
    settle,
    tick,
    run: (n: number) => {
      for (let i = 0; i < n; i++) tick();
    },
    runUntil: (stop: string, limit: number) => {
      // Checks the name.
      sim.runUntil(stop, 0);
      for (let done = 0; done < limit; done++) {
        settle();
        if (sim.peek(stop) === 1n) return done;
        tick();
      }
      return limit;
    },
    peekSignal: (path: string) => {
      settle();
      return sim.peekSignal(path);
    },
    snapshot: () => joinSnapshots(sim.snapshot(), boxes),
    restore: (snapshot: Uint8Array) => {
      const { inner, states } = splitSnapshot(snapshot, circuit);
      sim.restore(inner);
      const models = boxes.flatMap((box) => box.models);
      models.forEach((model, k) => model.restore?.((states[k] ?? []).map((digits) => BigInt(digits))));
      start();
    },
  };
}

function boxOf(sim: CircuitSimulation, where: ElabBlackBox): Box {
  const { circuit } = sim;
  const port = ({ name, signal }: ElabBlackBox['inputs'][number]): BoxPort => {
    const info = signalOf(circuit, signal);
    const handle = sim.port(info.name);
    const width = BigInt((info.width * elementCount(info)) / where.count);
    return { name, signal, width, get: () => handle.get(), set: (value) => handle.set(value) };
  };
  const outputs = where.outputs.map(port);
  return {
    models: Array.from({ length: where.count }, () => modelOf(where)),
    inputs: where.inputs.map(port),
    registered: outputs.filter(({ name }) => !where.paths.includes(name)),
    following: outputs.filter(({ name }) => where.paths.includes(name)),
    where,
  };
}

function modelOf({ behaviour, params, path, module }: ElabBlackBox): BlackBoxModel {
  const model = behaviour(params);
  if (model.clock === undefined || (model.save !== undefined && model.restore !== undefined)) return model;
  throw new HeddleError({
    code: 'H1130',
    message: `${path}: the model of '${module}' has state that snapshots would miss`,
    places: [],
    fix: 'a model with clock has save and restore too',
  });
}

/** Settled inputs of every instance. */
function inputsOf({ inputs, models }: Box): readonly PortBits[] {
  const read = inputs.map(({ name, width, get }) => ({ name, width, bits: get() }));
  return models.map((_, n) =>
    Object.fromEntries(
      read.map(({ name, width, bits }) => [name, BigInt.asUintN(Number(width), bits >> (BigInt(n) * width))]),
    ),
  );
}

/** Writes outputs of every instance; true if some value is new. */
function drive({ models }: Box, ports: readonly BoxPort[], inputs: readonly PortBits[]): boolean {
  if (ports.length === 0) return false;
  const results = models.map((model, n) => model.evaluate(inputs[n] ?? {}));
  let changed = false;
  for (const { name, width, get, set } of ports) {
    let bits = 0n;
    results.forEach((outputs, n) => {
      bits |= BigInt.asUintN(Number(width), outputs[name] ?? 0n) << (BigInt(n) * width);
    });
    if (bits === get()) continue;
    set(bits);
    changed = true;
  }
  return changed;
}

function notSettling(circuit: ElaboratedCircuit, boxes: readonly Box[]): HeddleError {
  return new HeddleError({
    code: 'H1131',
    message: `${circuit.top}: the black boxes ${boxes.map(({ where }) => where.path).join(', ')} do not settle`,
    places: [],
    fix: 'a combinational loop leads through them, or a model changes state in evaluate',
  });
}

/** Length of the circuit's own snapshot, that snapshot, and the states of the models as text. */
function joinSnapshots(inner: Uint8Array, boxes: readonly Box[]): Uint8Array {
  const states = boxes.flatMap((box) =>
    box.models.map((model) => (model.save?.() ?? []).map((n) => `0x${n.toString(16)}`)),
  );
  const text = new TextEncoder().encode(JSON.stringify(states));
  const out = new Uint8Array(4 + inner.length + text.length);
  new DataView(out.buffer).setUint32(0, inner.length, true);
  out.set(inner, 4);
  out.set(text, 4 + inner.length);
  return out;
}

function splitSnapshot(
  snapshot: Uint8Array,
  circuit: ElaboratedCircuit,
): { readonly inner: Uint8Array; readonly states: readonly (readonly string[])[] } {
  if (snapshot.length < 4) throw foreignSnapshot(circuit);
  const length = new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(0, true);
  if (snapshot.length < 4 + length) throw foreignSnapshot(circuit);
  const inner = snapshot.slice(4, 4 + length);
  try {
    const states = JSON.parse(new TextDecoder().decode(snapshot.subarray(4 + length))) as string[][];
    return { inner, states };
  } catch {
    throw foreignSnapshot(circuit);
  }
}
