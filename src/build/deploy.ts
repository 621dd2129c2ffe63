/** Commands that bring a build to its board over ssh and try it there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberedError } from '../base/diagnostics.js';

/** What runs on the board in the end. */
export type DeployRun = 'validate' | 'throughput' | 'none';

export interface DeployOptions {
  /** Directory of a build. */
  readonly build: string;
  /** As ssh takes it: `xilinx@pynq`. */
  readonly host: string;
  /** Folder on the board, made where it is missing; `heddle/NAME` in the home directory where not given. */
  readonly remote?: string | undefined;
  readonly run: DeployRun;
  /** Bitstream and hand-off are not looked for: what would be done. */
  readonly dryRun: boolean;
}

/** A program with its arguments. */
export type DeployCommand = readonly [program: 'ssh' | 'scp', ...args: string[]];

export interface DeployPlan {
  readonly board: string;
  readonly remote: string;
  readonly commands: readonly DeployCommand[];
  /** Local path that a measurement is brought back to. */
  readonly result?: string;
}

/** Throws H2503 where the build has no deploy folder or no bitstream, H0001 for a folder that a shell would take apart. */
export function deployPlan({ build, host, remote: given, run, dryRun }: DeployOptions): DeployPlan {
  const folder = join(build, 'deploy');
  const [board] = existsSync(folder) ? readdirSync(folder) : [];
  if (board === undefined) {
    throw numberedError('H2503', `${build}: there is no deploy folder`, {
      places: [{ file: folder }],
      fix: existsSync(join(build, 'soc/deploy'))
        ? `give its soc folder, which has one: ${join(build, 'soc')}`
        : 'build for a board with a processor (--board pynq-z2), an engine with --memory mapped',
    });
  }
  const name = nameOf(join(folder, board));
  const remote = given ?? `heddle/${name}`;
  if (!/^[\w./~-]+$/.test(remote)) {
    throw numberedError('H0001', `--remote ${remote}: letters, digits and . _ / ~ - only`, {
      fix: 'name another folder',
    });
  }
  const project = join(build, 'fpga/vivado/project');
  const bits = ['bit', 'hwh'].map((end) => join(project, `${name}.${end}`));
  const missing = bits.filter((path) => !existsSync(path));
  if (missing.length > 0 && !dryRun) {
    throw numberedError('H2503', `${missing.join(' and ')}: not there`, {
      places: missing.map((file) => ({ file })),
      fix: 'run fpga/vivado/package_ip.tcl and project.tcl in Vivado first',
    });
  }
  const files = deployed.map((file) => join(folder, board, file)).filter((path) => existsSync(path));
  const commands: DeployCommand[] = [
    ['ssh', host, `mkdir -p ${remote}`],
    ['scp', '-q', ...files, ...bits, `${host}:${remote}/`],
  ];
  if (run !== 'none') commands.push(['ssh', host, `cd ${remote} && sudo -E python3 ${run}.py`]);
  const result = join(folder, board, 'throughput.json');
  if (run === 'throughput') commands.push(['scp', '-q', `${host}:${remote}/throughput.json`, result]);
  return { board, remote, commands, ...(run === 'throughput' ? { result } : {}) };
}

const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'io.json'), 'utf8')) as { readonly name: string }).name;

const deployed = [
  ...['driver.py', 'soc_driver.py', 'engine_driver.py', 'validate.py', 'throughput.py', 'io.json', 'input.npy'],
  ...['expected.npy', 'input_places.npy', 'output_places.npy', 'memory.bin', 'lists.bin', 'README'],
];
