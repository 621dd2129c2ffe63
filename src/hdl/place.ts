/** Source places: which line of the author's TypeScript made a node. The only file that relies on V8's stack API. */
import { fileURLToPath } from 'node:url';
import type { SourcePlace } from '../circuit/index.js';

const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/;
const insideKit = /[\\/]src[\\/](hdl|circuit)[\\/]/;
/** Frames that are looked at, the innermost ones. */
const FRAMES = 12;

/**
 * Source places by places in the code that runs. A loader maps a stack by its source maps, all frames of it, which takes longer
 * than making the node; what a place maps to never changes, and a design asks for few places many times.
 */
const known = new Map<string, SourcePlace | undefined>();

/** What V8 asks for the stack of an error. */
type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

/** The innermost frame outside the kit, or undefined where the engine gives none. */
export function callerPlace(): SourcePlace | undefined {
  const errors: { stackTraceLimit: number; prepareStackTrace?: Prepare | undefined } = Error;
  const { stackTraceLimit, prepareStackTrace } = errors;
  errors.stackTraceLimit = FRAMES;
  try {
    errors.prepareStackTrace = outside;
    const found = captured();
    errors.prepareStackTrace = prepareStackTrace;
    if (!(found instanceof Outside)) return undefined;
    errors.stackTraceLimit = found.depth;
    if (!known.has(found.key)) known.set(found.key, sourcePlace(captured()));
    return known.get(found.key);
  } finally {
    Object.assign(errors, { stackTraceLimit, prepareStackTrace });
  }
}

/** The stack above the function that asks, as the present loader prepares it. */
function captured(): unknown {
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, callerPlace);
  return holder.stack;
}

/** The innermost frame outside the kit, not mapped. */
class Outside {
  constructor(
    readonly key: string,
    /** Frames up to it, itself included. */
    readonly depth: number,
  ) {}
}

function outside(_: Error, sites: readonly NodeJS.CallSite[]): Outside | undefined {
  const index = sites.findIndex((site) => isOutside(site.getFileName()));
  const site = sites[index];
  return site && new Outside(`${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`, index + 1);
}

const isOutside = (file: string | null | undefined): boolean =>
  typeof file === 'string' && file !== '' && !file.startsWith('node:') && !insideKit.test(file);

/** The first frame outside the kit in the text of a stack. */
function sourcePlace(stack: unknown): SourcePlace | undefined {
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n').slice(1)) {
    const match = frame.exec(line.trim());
    if (match === null || insideKit.test(match[1] ?? '') || line.includes('node:')) continue;
    return { file: readable(match[1] ?? ''), line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

/** Relative to the working directory where it lies below it, so that messages and emitted text name no machine. */
function readable(file: string): string {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file;
  const here = `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path.replace(/^.*\/(src|test|examples)\//, '$1/');
}
