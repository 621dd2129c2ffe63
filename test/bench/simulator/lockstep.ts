/** The MAC array in lockstep with Verilator in this process, every output compared every cycle, and both alone. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildModel, VerilatorModel } from '../../../src/cosim/index.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { MacArray } from './mac.js';
import { median } from './statistics.js';

const CONTROLS = ['s_axis_tvalid', 'w_axis_tvalid', 'm_axis_tready', 'aresetn'];
const DATA_IN = ['s_axis_tdata', 'w_axis_tdata'];
/** The first ones are compared in every cycle. */
const OUTPUTS = ['s_axis_tready', 'w_axis_tready', 'm_axis_tvalid', 'm_axis_tlast', 'm_axis_tuser'];
const ALWAYS = 3;
const EMPTY = new Uint8Array(1);
/** Cycles of stimulus, after which it repeats. */
const RECORDED = 4096;

/** One row a cycle: the first three controls, then the data. Recorded ahead, as beats are in a lockstep run. */
function record(...lengths: readonly number[]): Uint32Array[] {
  let state = 0x12345678;
  return Array.from({ length: RECORDED }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const controls = [(state & 3) < 3 ? 1 : 0, (state >> 4) & 1, ((state >> 2) & 3) === 0 ? 0 : 1];
    const data = lengths.flatMap((n, d) =>
      Array.from({ length: n }, (_, k) => Math.imul(state + (d === 0 ? k : -k), 0x2c1b3c6d)),
    );
    return Uint32Array.from([...controls, ...data]);
  });
}

/** A port of at most 32 bits as its one element. */
const numberView = (b: Uint8Array): Uint8Array | Uint16Array | Uint32Array =>
  b.length === 1
    ? b
    : b.length === 2
      ? new Uint16Array(b.buffer, b.byteOffset, 1)
      : new Uint32Array(b.buffer, b.byteOffset, 1);

export interface LockstepFigures {
  readonly ratio: number;
  /** Microseconds a cycle. */
  readonly both: number;
  readonly ours: number;
  readonly verilator: number;
}

export async function measureLockstep(cycles: number, rounds: number): Promise<LockstepFigures> {
  const simulation = createSimulation(buildDesign(MacArray));
  const text = readFileSync(fileURLToPath(new URL('mac-hand.sv', import.meta.url)), 'utf8');
  const build = await buildModel({
    files: [{ name: 'mac_array.sv', text }],
    top: 'mac_array',
    ports: simulation.ports,
    clocks: ['aclk'],
    flags: { optimize: '-O3 -march=native', initial: 'fast' },
  });
  const model = new VerilatorModel(build);
  const bytesOf = (name: string): Uint32Array => {
    const bytes = simulation.port(name).bytes();
    return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.max(1, bytes.length >> 2));
  };
  simulation.settle();
  const words = (name: string): Uint32Array => {
    const slot = model.slot(name);
    return model.words.subarray(slot.word, slot.word + slot.limbs);
  };
  const inputs = record(bytesOf('s_axis_tdata').length, bytesOf('w_axis_tdata').length);
  // Both sides through their typed views: a byte for a bit here, a word for anything there.
  const mine = {
    controls: CONTROLS.map((n) => simulation.port(n).bytes()),
    data: DATA_IN.map(bytesOf),
    outputs: OUTPUTS.map((n) => numberView(simulation.port(n).bytes())),
    tdata: bytesOf('m_axis_tdata'),
  };
  const theirs = {
    controls: CONTROLS.map((n) => model.slot(n).word),
    data: DATA_IN.map(words),
    outputs: OUTPUTS.map((n) => model.slot(n).word),
    tdata: words('m_axis_tdata'),
  };
  const driveOurs = (row: Uint32Array, running: number): void => {
    for (let k = 0; k < 3; k++) (mine.controls[k] ?? EMPTY)[0] = row[k] ?? 0;
    (mine.controls[3] ?? EMPTY)[0] = running;
    let k = 3;
    for (const port of mine.data) for (let i = 0; i < port.length; i++) port[i] = row[k++] ?? 0;
  };
  const driveTheirs = (row: Uint32Array, running: number): void => {
    for (let k = 0; k < 3; k++) model.words[theirs.controls[k] ?? 0] = row[k] ?? 0;
    model.words[theirs.controls[3] ?? 0] = running;
    let k = 3;
    for (const port of theirs.data) for (let i = 0; i < port.length; i++) port[i] = row[k++] ?? 0;
    model.words[0] = 1;
  };
  // Beside a beat that is not valid anything may stand.
  const compare = (): void => {
    const beat = mine.outputs[ALWAYS - 1]?.[0] === 1;
    const some = beat ? OUTPUTS.length : ALWAYS;
    for (let k = 0; k < some; k++)
      if (mine.outputs[k]?.[0] !== model.words[theirs.outputs[k] ?? 0])
        throw new Error(`lockstep differs in ${OUTPUTS[k] ?? ''}`);
    if (!beat) return;
    const [a, b] = [mine.tdata, theirs.tdata];
    for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) throw new Error('lockstep differs in data');
  };
  let at = 0;
  const cycle = (ours: boolean, verilator: boolean, reset: boolean): void => {
    const row = inputs[at++ & (inputs.length - 1)];
    if (row === undefined) return;
    if (ours) {
      driveOurs(row, reset ? 0 : 1);
      simulation.settle();
    }
    if (verilator) {
      driveTheirs(row, reset ? 0 : 1);
      model.settle();
    }
    if (ours && verilator && !reset) compare();
    if (ours) simulation.tick();
    if (verilator) model.tick();
  };
  const time = (ours: boolean, verilator: boolean): number => {
    const start = process.cpuUsage();
    for (let k = 0; k < cycles; k++) cycle(ours, verilator, k < 4);
    const used = process.cpuUsage(start);
    return (used.user + used.system) / cycles;
  };
  const samples: Record<'both' | 'ours' | 'verilator', number[]> = { both: [], ours: [], verilator: [] };
  for (let round = 0; round <= rounds; round++) {
    const figures = { both: time(true, true), ours: time(true, false), verilator: time(false, true) };
    // The first round warms up. Both sides saw the same number of cycles of the same kind, but not the same cycles.
    if (round === 0) continue;
    for (const key of ['both', 'ours', 'verilator'] as const) samples[key].push(figures[key]);
  }
  const [both, ours, verilator] = [median(samples.both), median(samples.ours), median(samples.verilator)];
  return { ratio: both / Math.max(ours, verilator), both, ours, verilator };
}
