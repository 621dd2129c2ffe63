/** The MAC array in lockstep with Verilator in this process, every output compared every cycle, and both alone. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildModel, VerilatorModel } from '../../../src/cosim/index.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { MacArray } from './mac.js';
import { median } from './statistics.js';

const OUTPUTS = ['s_axis_tready', 'w_axis_tready', 'm_axis_tvalid', 'm_axis_tlast', 'm_axis_tuser', 'm_axis_tdata'];

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
  const narrow = new Map(OUTPUTS.slice(0, 5).map((n) => [n, simulation.port(n)]));
  const tdata = bytesOf('m_axis_tdata');
  const words = (name: string): Uint32Array => {
    const slot = model.slot(name);
    return model.words.subarray(slot.word, slot.word + slot.limbs);
  };
  const [vS, vW, vOut] = [words('s_axis_tdata'), words('w_axis_tdata'), words('m_axis_tdata')];
  const [oS, oW] = [bytesOf('s_axis_tdata'), bytesOf('w_axis_tdata')];
  const readers = OUTPUTS.slice(0, 5).map((n) => ({ ours: narrow.get(n), theirs: model.reader(n) }));
  const scalars = ['aresetn', 's_axis_tvalid', 'w_axis_tvalid', 'm_axis_tready'].map((n) => ({
    ours: simulation.port(n),
    theirs: model.writer(n),
  }));
  let state = 0x12345678;
  const cycle = (ours: boolean, verilator: boolean, reset: boolean): void => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const values = [reset ? 0 : 1, (state & 3) < 3 ? 1 : 0, (state >> 4) & 1, ((state >> 2) & 3) === 0 ? 0 : 1];
    if (ours) {
      for (let k = 0; k < 4; k++) scalars[k]?.ours.setNumber(values[k] ?? 0);
      for (let k = 0; k < oS.length; k++) oS[k] = Math.imul(state + k, 0x2c1b3c6d);
      for (let k = 0; k < oW.length; k++) oW[k] = Math.imul(state - k, 0x2c1b3c6d);
      simulation.settle();
    }
    if (verilator) {
      for (let k = 0; k < 4; k++) scalars[k]?.theirs(values[k] ?? 0);
      for (let k = 0; k < vS.length; k++) vS[k] = Math.imul(state + k, 0x2c1b3c6d);
      for (let k = 0; k < vW.length; k++) vW[k] = Math.imul(state - k, 0x2c1b3c6d);
      model.settle();
    }
    if (ours && verilator && !reset) {
      for (let k = 0; k < 3; k++) {
        const r = readers[k];
        if (r?.ours?.getNumber() !== r?.theirs()) throw new Error(`lockstep differs in ${OUTPUTS[k]}`);
      }
      if (narrow.get('m_axis_tvalid')?.getNumber() === 1) {
        for (let k = 3; k < 5; k++) {
          const r = readers[k];
          if (r?.ours?.getNumber() !== r?.theirs()) throw new Error(`lockstep differs in ${OUTPUTS[k]}`);
        }
        for (let k = 0; k < tdata.length; k++) if (tdata[k] !== vOut[k]) throw new Error('lockstep differs in data');
      }
    }
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
