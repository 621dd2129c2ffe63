/**
 * External tools: where they are, what they enable, and how to get them on Debian.
 *
 * A tool is searched in the environment variable `HEDDLE_<NAME>` first, then along PATH. Nothing is run to find it.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { HeddleError } from './diagnostics.js';

export interface ToolSpec {
  /** Names of the executable, the preferred one first. */
  readonly commands: readonly string[];
  /** Arguments that make it print its version. */
  readonly versionArguments: readonly string[];
  /** What it is for, one phrase. */
  readonly enables: string;
  /** How to get it: a Debian command, or who sells it. */
  readonly install: string;
  /** Code of the diagnostic when it is missing. */
  readonly code: string;
}

const apt = (packages: string): string => `apt-get install -y ${packages}`;

/** Every external tool that some verb can use. */
export const toolSpecs = {
  verilator: {
    commands: ['verilator'],
    versionArguments: ['--version'],
    enables: 'co-simulation of the emitted text, lint',
    install: apt('verilator g++'),
    code: 'H5001',
  },
  compiler: {
    commands: ['g++', 'clang++'],
    versionArguments: ['--version'],
    enables: 'compiling Verilator models',
    install: apt('g++'),
    code: 'H5002',
  },
  iverilog: {
    commands: ['iverilog'],
    versionArguments: ['-V'],
    enables: 'a second simulator for the emitted text, with X',
    install: apt('iverilog'),
    code: 'H5003',
  },
  yosys: {
    commands: ['yosys'],
    versionArguments: ['-V'],
    enables: 'synthesis and formal proofs with open tools',
    install: apt('yosys'),
    code: 'H5003',
  },
  smtbmc: {
    commands: ['yosys-smtbmc'],
    versionArguments: ['--help'],
    enables: 'formal proofs',
    install: apt('yosys z3'),
    code: 'H5003',
  },
  nextpnrIce40: {
    commands: ['nextpnr-ice40'],
    versionArguments: ['--version'],
    enables: 'place and route for iCE40 boards',
    install: apt('nextpnr-ice40'),
    code: 'H5003',
  },
  icepack: {
    commands: ['icepack'],
    versionArguments: ['-h'],
    enables: 'bitstreams for iCE40 boards',
    install: apt('fpga-icestorm fpga-icestorm-chipdb'),
    code: 'H5003',
  },
  icetime: {
    commands: ['icetime'],
    versionArguments: ['-h'],
    enables: 'timing of iCE40 bitstreams',
    install: apt('fpga-icestorm fpga-icestorm-chipdb'),
    code: 'H5003',
  },
  nextpnrEcp5: {
    commands: ['nextpnr-ecp5'],
    versionArguments: ['--version'],
    enables: 'place and route for ECP5 boards',
    install: 'not in Debian 12: use the OSS CAD Suite of YosysHQ and put its bin on PATH',
    code: 'H5003',
  },
  vivado: {
    commands: ['vivado'],
    versionArguments: ['-version'],
    enables: 'AMD FPGA bitstreams',
    install: 'install AMD Vivado and source its settings64.sh',
    code: 'H5003',
  },
  genus: {
    commands: ['genus'],
    versionArguments: ['-version'],
    enables: 'ASIC synthesis',
    install: 'install Cadence Genus and put it on PATH',
    code: 'H5003',
  },
  innovus: {
    commands: ['innovus'],
    versionArguments: ['-version'],
    enables: 'ASIC layout',
    install: 'install Cadence Innovus and put it on PATH',
    code: 'H5003',
  },
  dc: {
    commands: ['dc_shell'],
    versionArguments: ['-v'],
    enables: 'ASIC synthesis',
    install: 'install Synopsys Design Compiler and put it on PATH',
    code: 'H5003',
  },
  sta: {
    commands: ['sta'],
    versionArguments: ['-version'],
    enables: 'timing and power of netlists of gates',
    install: apt('opensta'),
    code: 'H5003',
  },
  make: {
    commands: ['make'],
    versionArguments: ['--version'],
    enables: 'benches and the flows of open tools',
    install: apt('make'),
    code: 'H5003',
  },
  ssh: {
    commands: ['ssh'],
    versionArguments: ['-V'],
    enables: 'deploy to a board',
    install: apt('openssh-client'),
    code: 'H5003',
  },
  scp: {
    commands: ['scp'],
    versionArguments: ['-V'],
    enables: 'deploy to a board',
    install: apt('openssh-client'),
    code: 'H5003',
  },
  sbatch: {
    commands: ['sbatch'],
    versionArguments: ['--version'],
    enables: 'jobs on a Slurm cluster',
    install: apt('slurm-client'),
    code: 'H5003',
  },
} as const satisfies Record<string, ToolSpec>;

export type ToolName = keyof typeof toolSpecs;

/** The environment variable that overrides the search: `HEDDLE_NEXTPNR_ICE40`. */
export function toolVariable(name: ToolName): string {
  return `HEDDLE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Full path of a tool, or undefined. A set override variable that names nothing executable counts as missing. */
export function findTool(name: ToolName, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const override = environment[toolVariable(name)];
  if (override !== undefined) return isExecutable(override) ? override : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const command of toolSpecs[name].commands) {
    for (const folder of folders) {
      const file = join(folder, command);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** Full path of a tool; throws the diagnostic with the install command (exit code 3) when it is missing. */
export function requireTool(name: ToolName, environment: NodeJS.ProcessEnv = process.env): string {
  const found = findTool(name, environment);
  if (found !== undefined) return found;
  const spec: ToolSpec = toolSpecs[name];
  throw new HeddleError(
    {
      code: spec.code,
      message: `${spec.commands[0] ?? name}: not found, needed for ${spec.enables}`,
      places: [{ text: `searched PATH and ${toolVariable(name)}` }],
      fix: spec.install,
    },
    3,
  );
}
