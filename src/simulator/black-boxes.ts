/**
 * Black boxes in a running simulation, interpreted or compiled. The circuit ends at hidden ports; here the models read
 * what leaves the circuit and drive what enters it. Outputs that follow inputs within the cycle are evaluated until
 * nothing changes; the others change at the edge only, so that a circuit with registered boxes settles once.
 */
import { HeddleError } from '../base/diagnostics.js';
import type { BlackBoxModel } from '../circuit/index.js';
import { type ElabBlackBox, type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from './elaborated.js';
import { type CircuitSimulation, type PortHandle, foreignSnapshot } from './inspect.js';

/** One port of all instances of a box, side by side. */
interface BoxPort {
  readonly name: string;
  /** Bits of one instance. */
  readonly width: number;
  readonly read: () => bigint;
  readonly write: (value: bigint) => void;
  /** As last read, or as last written. */
  last: bigint;
}

interface Box {
  readonly models: readonly BlackBoxModel[];
  readonly inputs: readonly BoxPort[];
  /** Inputs of every instance as of the last `refresh`; the same objects all the time. */
  readonly records: readonly Record<string, bigint>[];
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
      let changed = false;
      for (const box of following) {
        refresh(box);
        if (drive(box, box.following)) changed = true;
      }
      if (!changed) return;
      sim.settle();
    }
    throw notSettling(circuit, following);
  };
  const tick = (clocks?: readonly string[]): void => {
    settle();
    boxes.forEach(refresh);
    sim.tick(clocks);
    for (const box of boxes) {
      if (clocks !== undefined && !clocks.includes(circuit.clocks[box.where.domain] ?? '')) continue;
      for (let n = 0; n < box.models.length; n++) box.models[n]?.clock?.(box.records[n] ?? {});
      drive(box, box.registered);
    }
  };
  const start = (): void => {
    for (const box of boxes) drive(box, box.registered);
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
    const width = (info.width * elementCount(info)) / where.count;
    return { name, width, read: readerOf(handle, info), write: writerOf(handle, info), last: 0n };
  };
  const inputs = where.inputs.map(port);
  const outputs = where.outputs.map(port);
  return {
    models: Array.from({ length: where.count }, () => modelOf(where)),
    inputs,
    records: Array.from({ length: where.count }, () => Object.fromEntries(inputs.map(({ name }) => [name, 0n]))),
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

/** Big integers are slow to make: a narrow port makes one only when its value changes. */
function readerOf(handle: PortHandle, { width, dims }: ElabSignal): () => bigint {
  if (width > 32 || dims.length > 0) return () => handle.get();
  let [number, bits] = [0, 0n];
  return () => {
    const now = handle.getNumber();
    if (now !== number) [number, bits] = [now, BigInt(now)];
    return bits;
  };
}

function writerOf(handle: PortHandle, { width, dims }: ElabSignal): (value: bigint) => void {
  return width > 32 || dims.length > 0 ? (value) => handle.set(value) : (value) => handle.setNumber(Number(value));
}

/** Takes over the settled inputs of every instance. */
function refresh({ inputs, records }: Box): void {
  for (const port of inputs) {
    const bits = port.read();
    if (bits === port.last) continue;
    port.last = bits;
    records.forEach((record, n) => (record[port.name] = BigInt.asUintN(port.width, bits >> BigInt(n * port.width))));
  }
}

/** Writes outputs of every instance; true if some value is new. */
function drive({ models, records }: Box, ports: readonly BoxPort[]): boolean {
  if (ports.length === 0) return false;
  const results = models.map((model, n) => model.evaluate(records[n] ?? {}));
  let changed = false;
  for (const port of ports) {
    let bits = 0n;
    for (let n = results.length - 1; n >= 0; n--) {
      bits = (bits << BigInt(port.width)) | BigInt.asUintN(port.width, results[n]?.[port.name] ?? 0n);
    }
    if (bits === port.last) continue;
    port.last = bits;
    port.write(bits);
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
