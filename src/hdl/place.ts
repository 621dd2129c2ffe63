/** Source places: which line of the author's TypeScript made a node. The only file that relies on V8's stack API. */
import { fileURLToPath } from 'node:url';
import type { SourcePlace } from '../circuit/index.js';

const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/;
const insideKit = /[\\/]src[\\/](hdl|circuit)[\\/]/;

/** The innermost frame outside the kit, or undefined where the engine gives none. */
export function callerPlace(): SourcePlace | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callerPlace);
  const stack = holder.stack ?? '';
  Error.stackTraceLimit = limit;
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
