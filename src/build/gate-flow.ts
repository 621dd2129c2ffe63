/** A build as gates: synthesis, the vectors played into its netlist, and area, timing and power with the activity that they made. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { requireTool } from '../base/tools.js';
import { gateActivityTcl, gateSaif } from '../target/gates/activity.js';
import { cellModels } from '../target/gates/cell-models.js';
import { type Library, readLiberty, withoutCells } from '../target/gates/liberty.js';
import { type Netlist, readNetlist } from '../target/gates/netlist.js';
import { GateSimulation } from '../target/gates/simulation.js';
import { gateScripts, gateFigures, type GateFigures, gatePaths, type OpenLibrary } from '../target/gate-scripts.js';
import { chipSources } from './hardware.js';
import { readState } from './state.js';
import type { Generated } from './steps/generate.js';
import type { Planned } from './steps/plan.js';
import { targetDesign } from './target-design.js';

export interface GateFlowFigures extends GateFigures {
  readonly library: Library;
  readonly clockMhz: number;
  /** Vectors that were played into the netlist: cycles from the first beat in to the last one out, and wrong beats. */
  readonly run: GateRun;
}

export interface GateRun {
  readonly cycles: number;
  readonly beats: number;
  readonly wrong: number;
}

const chipFolder = 'rtl_asic';

/** Writes the scripts and sources for a library into a build, and the Liberty file beside them. Throws H0004. */
export function prepareGateFlow(directory: string, open: OpenLibrary, liberty: string, clockMhz = open.clockMhz): void {
  const planned = readState(directory, 2, 'plan') as Planned | undefined;
  const generated = readState(directory, 3, 'generate') as Generated | undefined;
  if (planned === undefined || generated === undefined) throw new Error(`${directory} is no finished build`);
  const sources = chipSources(planned.chain);
  const design = targetDesign(planned.chain, { ...generated, sources: [...sources], images: [] }, clockMhz);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  for (const { name, text } of sources) write(`${chipFolder}/${name}`, text);
  for (const [path, text] of gateScripts(design, open, chipFolder)) write(path, text);
  write(gatePaths(open).liberty, open.leaveOut === undefined ? liberty : withoutCells(liberty, open.leaveOut));
}

/** Maps what `prepareGateFlow` has written; returns the netlist. Throws H5003 where there is no Yosys. */
export async function synthesizeGates(directory: string, open: OpenLibrary, top: string): Promise<Netlist> {
  const { synthesis, json } = gatePaths(open);
  await execa(requireTool('yosys'), ['-q', synthesis], { cwd: directory });
  return readNetlist(readFileSync(join(directory, json), 'utf8'), top);
}

interface Beat {
  readonly data: bigint;
  readonly last: bigint;
}

const readBeats = (file: string): Beat[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [data = '', last = ''] = line.split(' ');
      return { data: BigInt(`0x${data}`), last: BigInt(last) };
    });

/** Plays input.hex at full rate and compares with output.hex; counts from the first beat in to the last one out. */
export function playGates(directory: string, simulation: GateSimulation): GateRun {
  const inputs = readBeats(join(directory, 'vectors/input.hex'));
  const expected = readBeats(join(directory, 'vectors/output.hex'));
  const step = (reset: bigint): void => {
    simulation.poke('aresetn', reset);
    simulation.tick();
  };
  simulation.poke('s_axis_tvalid', 0);
  simulation.poke('m_axis_tready', 1);
  for (let cycle = 0; cycle < 20; cycle++) step(0n);
  simulation.restartCounts();
  let [next, beats, wrong] = [0, 0, 0];
  for (let idle = 0; beats < expected.length && idle < 10_000; idle++) {
    const beat = inputs[next];
    simulation.poke('s_axis_tvalid', beat === undefined ? 0 : 1);
    simulation.poke('s_axis_tdata', beat?.data ?? 0n);
    simulation.poke('s_axis_tlast', beat?.last ?? 0n);
    simulation.poke('aresetn', 1);
    simulation.settle();
    if (beat !== undefined && simulation.peek('s_axis_tready') === 1n) [next, idle] = [next + 1, 0];
    if (simulation.peek('m_axis_tvalid') === 1n) {
      const due = expected[beats++];
      if (due?.data !== simulation.peek('m_axis_tdata') || due.last !== simulation.peek('m_axis_tlast')) wrong++;
      idle = 0;
    }
    step(1n);
  }
  return { cycles: simulation.cycles, beats, wrong: wrong + expected.length - beats };
}

/**
 * All of it for one library: `liberty` is its text, `vectors/` of the build what is played. Leaves scripts, netlist, models of its
 * cells, SAIF and the activity of every pin in `asic/yosys`. Throws where a tool complains or the netlist computes something else.
 */
export async function runGateFlow(
  directory: string,
  open: OpenLibrary,
  liberty: string,
  clockMhz = open.clockMhz,
): Promise<GateFlowFigures> {
  prepareGateFlow(directory, open, liberty, clockMhz);
  const paths = gatePaths(open);
  const { top } = readState(directory, 3, 'generate') as Generated;
  const netlist = await synthesizeGates(directory, open, top);
  const library = readLiberty(liberty);
  const used = new Set(netlist.cells.map(({ type }) => type));
  writeFileSync(join(directory, paths.cells), cellModels(library, used));
  const simulation = new GateSimulation(netlist, library);
  const run = playGates(directory, simulation);
  if (run.wrong > 0) throw new Error(`${top}: ${run.wrong} of ${run.beats} beats of the netlist are wrong`);
  const periodPs = Math.floor(1e6 / clockMhz);
  const saif = gateSaif(netlist, simulation, { clock: 'aclk', periodPs, origin: 'heddle, gates without delays' });
  writeFileSync(join(directory, paths.saif), saif);
  writeFileSync(join(directory, paths.activity), gateActivityTcl(netlist, library, simulation, 'aclk'));
  const { all } = await execa('sta', ['-no_splash', '-exit', paths.timing], { cwd: directory, all: true });
  writeFileSync(join(directory, `asic/yosys/${open.name}_sta.txt`), `${all}\n`);
  return {
    ...gateFigures(readFileSync(join(directory, paths.area), 'utf8'), all),
    ...{ library, clockMhz, run },
  };
}
