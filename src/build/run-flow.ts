/** Runs a flow in the directory of a build: its tools one behind the other, their log, their reports into report.json. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { HeddleError, numberedError } from '../base/diagnostics.js';
import { writeFileAtomic } from '../base/files.js';
import { sha256 } from '../base/hash.js';
import { requireTool, toolSpecs } from '../base/tools.js';
import { type Flow, type FlowFigures, type FlowStep, flows } from '../target/flows.js';
import { openLibraries } from '../target/gate-scripts.js';
import { prepareGateFlow } from './gate-flow.js';
import { json } from './json-file.js';
import { marker } from './tree.js';

export interface FlowRequest {
  /** Directory of a build. */
  readonly build: string;
  /** Name of a flow. */
  readonly flow: string;
  /** Library for the flows of Yosys: text, or compressed by gzip. */
  readonly liberty?: string | undefined;
  readonly clockMhz?: number | undefined;
}

export interface FlowResult {
  readonly flow: string;
  readonly commands: readonly string[];
  /** Path of what the tools have said, below the directory of the build. */
  readonly log: string;
  readonly figures: FlowFigures;
}

/** A step as a person types it in the directory of the build. */
export const commandOf = ({ tool, arguments: words }: FlowStep): string =>
  [toolSpecs[tool].commands[0], ...words].join(' ');

/** The flow and its commands. Throws H0003 where the directory is no build, H2505 where it has no scripts for the flow. */
export function planFlow({ build, flow: name, liberty }: FlowRequest): Flow {
  if (!existsSync(join(build, marker)))
    throw new HeddleError({
      ...{ code: 'H0003', message: `${build}: not a build directory`, places: [{ file: build }] },
      fix: 'give the directory that build has written',
    });
  const flow = flows.find((each) => each.name === name);
  if (flow === undefined)
    throw numberedError('H2505', `${name}: no such flow`, {
      fix: `flows: ${flows.map((each) => each.name).join(' ')}`,
    });
  if (liberty === undefined && !existsSync(join(build, flow.needs)))
    throw numberedError('H2505', `${build} has nothing for ${name}: ${flow.needs} is not there`, { fix: flow.hint });
  return flow;
}

/**
 * Runs it; `say` gets what the tools print as it comes. Throws H2505 before anything runs, H50xx where a tool is missing (exit code 3),
 * H2506 where a tool fails, H2507 where timing is not met; figures are in report.json then, too.
 */
export async function runFlow(request: FlowRequest, say: (text: string) => void): Promise<FlowResult> {
  const { build, liberty, clockMhz } = request;
  const flow = planFlow(request);
  const programs = flow.steps.map(({ tool }) => requireTool(tool));
  const library = Object.values(openLibraries).find(({ name }) => flow.needs === `asic/yosys/${name}.ys`);
  if (liberty !== undefined && library !== undefined) prepareGateFlow(build, library, libertyText(liberty), clockMhz);
  const log = `log/flow_${flow.name}.log`;
  mkdirSync(join(build, 'log'), { recursive: true });
  writeFileSync(join(build, log), '');
  let printed = '';
  let failed: string | undefined;
  for (const [k, step] of flow.steps.entries()) {
    printed = '';
    // Some tools wait at their prompt when a script has failed: the end of their input ends them.
    const options = { cwd: build, stdin: 'ignore', reject: false, all: true, buffer: false } as const;
    const child = execa(programs[k] ?? '', step.arguments, options);
    child.all.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      printed += text;
      appendFileSync(join(build, log), text);
      say(text);
    });
    const { exitCode } = await child;
    if (exitCode === 0) continue;
    failed = `${commandOf(step)}: ended with ${exitCode ?? 'a signal'}`;
    break;
  }
  const figures = figuresOf(flow, build, printed, failed);
  const result: FlowResult = { flow: flow.name, commands: flow.steps.map(commandOf), log, figures };
  record(build, result);
  if (figures.met === false)
    throw numberedError('H2507', `${flow.name}: timing is not met (${JSON.stringify(figures['timing'] ?? figures)})`, {
      places: [{ file: join(build, log) }],
      fix: 'ask for a slower clock with --clock, or for a folding or an engine with shorter paths',
      exitCode: 1,
    });
  return result;
}

/** Reports of a run. A script that misses timing ends with an error too, and its reports are there. */
function figuresOf(flow: Flow, build: string, log: string, failed: string | undefined): FlowFigures {
  const failure = (message: string): Error =>
    numberedError('H2506', `${flow.name}: ${message}`, {
      places: [{ file: join(build, `log/flow_${flow.name}.log`) }],
      fix: 'see the log; --dry-run prints the commands, to be tried by hand in the directory of the build',
      exitCode: 1,
    });
  let figures: FlowFigures;
  try {
    figures = flow.figures({ log, file: (path) => readFileSync(join(build, path), 'utf8') });
  } catch (error) {
    if (failed !== undefined) throw failure(failed);
    throw error instanceof HeddleError ? error : failure(error instanceof Error ? error.message : String(error));
  }
  if (failed !== undefined && figures.met !== false) throw failure(failed);
  return figures;
}

const libertyText = (path: string): string => {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

/** Under `flows` of report.json; the manifest keeps the hash of what is there. */
function record(build: string, { flow, commands, log, figures }: FlowResult): void {
  const read = (name: string) => JSON.parse(readFileSync(join(build, name), 'utf8')) as Record<string, unknown>;
  const report = read('report.json');
  const text = json({
    ...report,
    flows: { ...(report['flows'] as object | undefined), [flow]: { commands, log, ...figures } },
  });
  writeFileAtomic(join(build, 'report.json'), text);
  const manifest = read(marker);
  const files = { ...(manifest['files'] as object | undefined), 'report.json': sha256(text) };
  writeFileAtomic(join(build, marker), json({ ...manifest, files }));
}
