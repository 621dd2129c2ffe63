/** Flows that the scripts of a build lead through: which tool runs what, and what its reports say. Plain data. */
import type { ToolName } from '../base/tools.js';
import { gateFigures, gatePaths, openLibraries } from './gate-scripts.js';
import { genusArea, genusPower, genusTiming } from './reports/genus.js';
import { innovusTiming } from './reports/innovus.js';
import { icetimeReport, nextpnrReport } from './reports/nextpnr.js';
import { compilerArea, compilerTiming } from './reports/synopsys.js';
import { vivadoPower, vivadoTiming, vivadoUtilization } from './reports/vivado.js';

/** A call of a tool in the directory of the build. */
export interface FlowStep {
  readonly tool: ToolName;
  readonly arguments: readonly string[];
}

/** What a flow left. */
export interface FlowOutput {
  /** Text of a file below the directory of the build. Throws where it is not there. */
  readonly file: (path: string) => string;
  /** What the tool of the last step has printed. */
  readonly log: string;
}

export interface FlowFigures {
  /** Every constraint is met. Null where the flow times nothing. */
  readonly met: boolean | null;
  readonly [figure: string]: unknown;
}

export interface Flow {
  readonly name: string;
  /** One phrase for lists. */
  readonly title: string;
  /** A file of the build without which it cannot run, and how a build gets it. */
  readonly needs: string;
  readonly hint: string;
  readonly steps: readonly FlowStep[];
  readonly figures: (output: FlowOutput) => FlowFigures;
}

const vivado = (script: string): FlowStep => ({
  tool: 'vivado',
  arguments: ['-mode', 'batch', '-nojournal', '-notrace', '-source', `fpga/vivado/${script}.tcl`],
});

const vivadoFigures =
  (folder: string) =>
  ({ file }: FlowOutput): FlowFigures => {
    const timing = vivadoTiming(file(`${folder}/timing.rpt`));
    const utilization = vivadoUtilization(file(`${folder}/utilization.rpt`));
    return { met: timing.met, timing, utilization, power: vivadoPower(file(`${folder}/power.rpt`)) };
  };

const forChip = 'build with --tech FILE (asic/tech.example.json)';
const innovus = (name: string, script: string, options: readonly string[]): Flow => ({
  ...{ name, title: `placement and routing to GDS with Innovus (${script} user interface)`, hint: forChip },
  needs: `asic/innovus/${script}.tcl`,
  steps: [{ tool: 'innovus', arguments: ['-nowin', ...options, '-files', `asic/innovus/${script}.tcl`] }],
  figures: ({ log }) => {
    const timing = innovusTiming(log);
    return { met: timing.met, timing };
  },
});

const gates = (library: keyof typeof openLibraries, name: string): Flow => {
  const paths = gatePaths(openLibraries[library]);
  return {
    ...{ name, title: `cells of ${openLibraries[library].process} with Yosys, timing and power with OpenSTA` },
    ...{ needs: paths.synthesis, hint: `give the library: --liberty FILE (its .lib, or .lib.gz)` },
    steps: [
      { tool: 'yosys', arguments: ['-q', paths.synthesis] },
      { tool: 'sta', arguments: ['-no_splash', '-exit', paths.timing] },
    ],
    figures: ({ file, log }) => {
      const figures = gateFigures(file(paths.area), log);
      return { met: figures.slackNs >= 0, ...figures };
    },
  };
};

const open = (family: 'ice40' | 'ecp5', board: string): Flow => ({
  ...{ name: family, title: `bitstream with Yosys and nextpnr-${family}` },
  ...{ needs: `fpga/${family}/Makefile`, hint: `build with --board ${board}` },
  // The report says whether the clock is met.
  steps: [{ tool: 'make', arguments: ['-C', `fpga/${family}`] }],
  figures: ({ file }) => {
    const placed = nextpnrReport(file(`fpga/${family}/out/nextpnr.json`));
    const timed = family === 'ice40' ? icetimeReport(file('fpga/ice40/out/icetime.rpt')) : undefined;
    return { met: placed.met && timed?.met !== false, placed, ...(timed === undefined ? {} : { timed }) };
  },
});

export const flows: readonly Flow[] = [
  {
    ...{ name: 'vivado', title: 'the accelerator alone in Vivado: utilization, timing, power' },
    ...{ needs: 'fpga/vivado/ooc.tcl', hint: 'build with --board of a part of AMD, pynq-z2 for example' },
    ...{ steps: [vivado('ooc')], figures: vivadoFigures('fpga/vivado/ooc') },
  },
  {
    ...{ name: 'vivado-project', title: 'IP, block design and bitstream for the board in Vivado' },
    ...{ needs: 'fpga/vivado/project.tcl', hint: 'build with --board of a part of AMD, pynq-z2 for example' },
    ...{ steps: [vivado('package_ip'), vivado('project')], figures: vivadoFigures('fpga/vivado/project') },
  },
  {
    ...{ name: 'genus', title: 'synthesis with Genus', needs: 'asic/genus/synth.tcl', hint: forChip },
    steps: [{ tool: 'genus', arguments: ['-no_gui', '-abort_on_error', '-files', 'asic/genus/synth.tcl'] }],
    figures: ({ file }) => {
      const paths = genusTiming(file('asic/genus/out/timing.rpt'));
      const area = genusArea(file('asic/genus/out/area.rpt'));
      const { instances, ...totals } = area;
      return {
        ...{ met: paths.every(({ met }) => met), timing: paths[0], area: totals },
        ...{ instances: Object.keys(instances).length, power: genusPower(file('asic/genus/out/power.rpt')) },
      };
    },
  },
  innovus('innovus', 'common', ['-common_ui']),
  innovus('innovus-legacy', 'legacy', []),
  {
    ...{ name: 'dc', title: 'synthesis with Design Compiler', needs: 'asic/dc/synth.tcl', hint: forChip },
    steps: [{ tool: 'dc', arguments: ['-f', 'asic/dc/synth.tcl'] }],
    figures: ({ file }) => {
      const timing = compilerTiming(file('asic/dc/out/timing.rpt'));
      return { met: timing.met, timing, area: compilerArea(file('asic/dc/out/area.rpt')) };
    },
  },
  gates('nangate45', 'yosys'),
  gates('sky130hd', 'yosys-sky130'),
  open('ice40', 'icebreaker'),
  open('ecp5', 'ulx3s'),
];
