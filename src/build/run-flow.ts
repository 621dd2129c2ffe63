/** Runs a flow in the directory of a build: its tools one behind the other, their log, their reports into report.json. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { HeddleError, numberedError } from '../base/diagnostics.js';
import { writeFileAtomic } from '../base/files.js';
import { sha256 } from '../base/hash.js';
import { requireTool, toolSpecs } from '../base/tools.js';
import { type Flow, type FlowFigures, type FlowStep, flows } from '../target/flows.js';
import { openLibraries } from '../target/gate-scripts.js';
import { type BuildPlace, buildPlace, marker, readReport, socFolder } from './build-place.js';
import { prepareGateFlow } from './gate-flow.js';
import { json } from './json-file.js';

export interface FlowRequest {
  /** Directory of a build, or its soc/. */
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
  /** Directory with report.json. */
  readonly build: string;
  /** Path of what the tools have said, below it. */
  readonly log: string;
  readonly figures: FlowFigures;
}

/** A step as a person types it in the directory of the build. */
export const commandOf = ({ tool, arguments: words }: FlowStep): string =>
  [toolSpecs[tool].commands[0], ...words].join(' ');

/** The library that a flow maps to, where it does. */
const libraryOf = ({ needs }: Flow) =>
  Object.values(openLibraries).find(({ name }) => needs === `asic/yosys/${name}.ys`);

/** Why a place cannot be mapped to open cells. */
function refusal({ build, soc }: BuildPlace, inCore: string): Readonly<Record<'why' | 'fix', string>> | undefined {
  const why = 'takes cores of the dataflow back end, without registers';
  if (readReport(build)['backend'] === 'engine')
    return { why, fix: 'npm run -s bench:area -- engine maps an engine; a build gets scripts for chips with --tech' };
  return soc ? { why, fix: inCore } : undefined;
}

function placeOf(target: string): BuildPlace {
  const place = buildPlace(target);
  if (place !== undefined) return place;
  throw new HeddleError({
    ...{ code: 'H0003', message: `${target}: not a build directory`, places: [{ file: target }] },
    fix: 'give the directory that build has written, or its soc/',
  });
}

/** The flow and its commands. Throws H0003 where the directory is no build, H2505 where it has no scripts for the flow. */
export function planFlow({ build, flow: name, liberty }: FlowRequest): Flow {
  const place = placeOf(build);
  const flow = flows.find((each) => each.name === name);
  if (flow === undefined)
    throw numberedError('H2505', `${name}: no such flow`, {
      fix: `flows: ${flows.map((each) => each.name).join(' ')}`,
    });
  const inCore = `npm run -s heddle -- flow ${name} ${place.build}`;
  // Scripts for open cells are made of the plan, and play the vectors of the core.
  const refused = libraryOf(flow) === undefined ? undefined : refusal(place, inCore);
  if (refused !== undefined) throw numberedError('H2505', `${build}: ${name} ${refused.why}`, { fix: refused.fix });
  if (liberty === undefined && !existsSync(join(build, flow.needs)))
    throw numberedError('H2505', `${build} has nothing for ${name}: ${flow.needs} is not there`, {
      fix: place.soc && existsSync(join(place.build, flow.needs)) ? `the core has: ${inCore}` : flow.hint,
    });
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
  const library = libraryOf(flow);
  if (liberty !== undefined && library !== undefined) prepareGateFlow(build, library, libertyText(liberty), clockMhz);
  const place = placeOf(build);
  const log = `${place.soc ? `${socFolder}/` : ''}log/flow_${flow.name}.log`;
  const logFile = join(place.build, log);
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, '');
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
      appendFileSync(logFile, text);
      say(text);
    });
    const { exitCode } = await child;
    if (exitCode === 0) continue;
    failed = `${commandOf(step)}: ended with ${exitCode ?? 'a signal'}`;
    break;
  }
  const figures = figuresOf(flow, build, printed, failed);
  const result = { flow: flow.name, commands: flow.steps.map(commandOf), build: place.build, log, figures };
  record(place, result);
  if (figures.met === false)
    throw numberedError('H2507', `${flow.name}: timing is not met (${JSON.stringify(figures['timing'] ?? figures)})`, {
      places: [{ file: logFile }],
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

/** Under `flows` of report.json, or of its `soc`; the manifest keeps the hash of what is there. */
function record({ build, soc }: BuildPlace, { flow, commands, log, figures }: FlowResult): void {
  const withFlow = (report: Record<string, unknown>): Record<string, unknown> => ({
    ...report,
    flows: { ...(report['flows'] as object | undefined), [flow]: { commands, log, ...figures } },
  });
  const report = readReport(build);
  const text = json(
    soc ? { ...report, soc: withFlow((report['soc'] ?? {}) as Record<string, unknown>) } : withFlow(report),
  );
  writeFileAtomic(join(build, 'report.json'), text);
  const manifest = JSON.parse(readFileSync(join(build, marker), 'utf8')) as Record<string, unknown>;
  const files = { ...(manifest['files'] as object | undefined), 'report.json': sha256(text) };
  writeFileAtomic(join(build, marker), json({ ...manifest, files }));
}
