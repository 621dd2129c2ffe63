/** Waves of one circuit under random traffic: a library block, a module of the user's own file, or a build directory. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HeddleError, numberedError } from '../base/diagnostics.js';
import type { Design } from '../circuit/index.js';
import { type CircuitSimulation, createSimulation, record, type Trace } from '../simulator/index.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs, type Ports } from '../hdl/index.js';
import { exampleImages, libraryInstance } from './library-block.js';
import { idleBus, weightFeeds } from './run-hardware.js';
import { readState } from './state.js';
import type { Generated } from './steps/generate.js';
import type { Planned } from './steps/plan.js';
import { type GivenInputs, Traffic } from './traffic.js';
import { marker } from './build-place.js';

export interface WaveRequest {
  /** A library block, `FILE.ts` or `FILE.ts#Name`, or a directory that `build` has written. */
  readonly target: string;
  readonly params: Readonly<Record<string, string>>;
  /** The first cycle of the trace and the first after it. */
  readonly from: number;
  readonly to: number;
  /** Patterns of signal names, `*` and `?`; the ports without. */
  readonly signals?: readonly string[] | undefined;
  readonly seed: bigint;
  /** Stall pattern as everywhere; a probability or a name. */
  readonly stall: string;
}

interface Subject {
  readonly design: Design;
  readonly params: Readonly<Record<string, number>>;
  /** Inputs that are not random. */
  readonly given?: GivenInputs;
}

/** Simulates `to` cycles and keeps those from `from` on. Throws H0004, H0005, H2010, H1102, H1103, H5020. */
export async function traceWaves(request: WaveRequest): Promise<Trace> {
  const { design, params, given } = await subjectOf(request);
  const images = exampleImages({ name: design.top, doc: '', design, params }, request.seed);
  const init = { seed: request.seed };
  const simulation = createSimulation(design, { params, images, init });
  const traffic = new Traffic(simulation, design, params, { ...request, given });
  const recorder = record(simulation, {
    ...(request.signals === undefined ? {} : { signals: matcher(simulation, request.signals) }),
    memoryWords: 1024,
    first: request.from,
  });
  for (let cycle = 0; cycle < request.to; cycle++) {
    traffic.drive(cycle);
    simulation.settle();
    if (cycle >= request.from) recorder.sample();
    traffic.edge();
    simulation.tick();
  }
  return recorder.trace;
}

async function subjectOf({ target, params }: WaveRequest): Promise<Subject> {
  const [file = '', name] = target.split('#');
  if (/\.[cm]?[jt]s$/.test(file)) return ownModule(file, name, params);
  if (existsSync(join(target, marker)) && statSync(target).isDirectory()) {
    const generated = readState(target, 3, 'generate') as Generated | undefined;
    if (generated === undefined) throw targetError(`${target}: the build stopped before there was hardware`);
    const planned = readState(target, 2, 'plan') as Planned | undefined;
    const given = planned === undefined ? {} : { given: { feeds: weightFeeds(planned.chain), held: idleBus } };
    return { design: generated.design, params: {}, ...given };
  }
  return libraryInstance(target, params);
}

function targetError(message: string, fix?: string): HeddleError {
  return numberedError('H0004', message, fix === undefined ? {} : { fix });
}

type Template = ModuleTemplate<ParamSpecs, Ports>;

async function exportsOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    // Node takes a .ts file for CommonJS unless its package says otherwise, and CommonJS cannot load the kit.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_CYCLE_MODULE') throw error;
    throw targetError(
      `${file}: is not loaded as an ES module`,
      'call it .mts, or set "type": "module" in package.json',
    );
  }
}

/** A module that a TypeScript file exports. */
async function ownModule(
  file: string,
  wanted: string | undefined,
  given: Readonly<Record<string, string>>,
): Promise<Subject> {
  if (!existsSync(file)) throw targetError(`${file}: there is no such file`);
  const exported = await exportsOf(file);
  const templates = Object.entries(exported).filter((each): each is [string, Template] => isTemplate(each[1]));
  const names = templates.map(([name]) => name);
  const found = wanted === undefined ? templates : templates.filter(([name]) => name === wanted);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const what = wanted === undefined ? `exports ${names.length} modules` : `exports no module ${wanted}`;
    const fix = names.length === 0 ? 'export what defineModule returns' : `one of ${file}#${names.join(`, ${file}#`)}`;
    throw targetError(`${file}: ${what}`, fix);
  }
  const params = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, wholeNumber(key, value)]));
  const design = buildDesign(only[1], params);
  const top = design.modules[design.top];
  const unknown = Object.keys(params).filter((key) => !(key in only[1].params));
  if (unknown.length > 0) {
    const known = Object.keys(only[1].params).join(' ');
    throw targetError(`${only[0]} has no parameter ${unknown.join(', ')}`, `parameters: ${known}`);
  }
  // Parameters that the body froze are in the design already.
  const live = (top?.params ?? []).flatMap((param) =>
    param.kind === 'nat' ? [[param.name, params[param.name] ?? param.default] as const] : [],
  );
  return { design, params: Object.fromEntries(live) };
}

function wholeNumber(key: string, value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw targetError(`--param ${key}=${value}: not a whole number`);
}

function isTemplate(value: unknown): value is Template {
  const template = value as Partial<Template> | undefined;
  return typeof template?.portsFor === 'function' && typeof template.elaborate === 'function';
}

function matcher(simulation: CircuitSimulation, patterns: readonly string[]): (name: string) => boolean {
  const sources = patterns.map((text) =>
    text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  const pattern = new RegExp(`^(${sources.join('|')})$`);
  const names = [...new Set(simulation.signals().map(({ name }) => name))];
  if (names.some((name) => pattern.test(name))) return (name) => pattern.test(name);
  throw new HeddleError({
    code: 'H0005',
    message: `no signal matches ${patterns.join(' ')}`,
    places: [],
    fix: `signals: ${names.slice(0, 40).join(' ')}${names.length > 40 ? ` and ${names.length - 40} more` : ''}`,
  });
}
