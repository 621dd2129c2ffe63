/** The clock that a synthesis of a whole engine reached, as `npm run bench:area` leaves it in the build folder. */
import { existsSync, readFileSync } from 'node:fs';

/** Where the bench writes, from the root of the repository. */
export const reachedClockFile = 'build/area/engine.json';

/** What was synthesized, and what came out. */
export interface ReachedClock {
  /** The engine in its short spelling. */
  readonly engine: string;
  /** Cells and the way to them, in words. */
  readonly flow: string;
  /** Nanoseconds of the worst path, and the clock that follows. */
  readonly pathNs: number;
  readonly clockMHz: number;
}

/** The reached clock of the bench's last run, or undefined where it has not run. Throws where the file is no such report. */
export function reachedClock(file: string = reachedClockFile): ReachedClock | undefined {
  if (!existsSync(file)) return undefined;
  const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<ReachedClock>;
  const { engine, flow, pathNs, clockMHz } = value;
  if (typeof engine !== 'string' || typeof flow !== 'string' || !(Number(pathNs) > 0) || !(Number(clockMHz) > 0))
    throw new Error(`${file} is no report of bench:area`);
  return { engine, flow, pathNs: Number(pathNs), clockMHz: Number(clockMHz) };
}
