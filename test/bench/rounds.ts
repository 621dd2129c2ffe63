/** Rounds of a job that takes milliseconds: repeated for a time that can be measured, begun when the host has compiled. */
import { readFileSync } from 'node:fs';

export interface Round<T> {
  readonly jobs: number;
  /** CPU time of this process, all threads. */
  readonly seconds: number;
  /** Of every job, in order. */
  readonly results: readonly T[];
}

/** CPU seconds of this process, all threads. */
export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** CPU seconds of the thread that runs JavaScript; where the system does not say, those of the process. */
function ownSeconds(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return cpuSeconds();
  }
}

/** Repeats `job` until at least `atLeast` CPU seconds have gone. */
export function measure<T>(job: () => T, atLeast: number): Round<T> {
  const results: T[] = [];
  const start = cpuSeconds();
  let seconds: number;
  do {
    results.push(job());
    seconds = cpuSeconds() - start;
  } while (seconds < atLeast);
  return { jobs: results.length, seconds, results };
}

/** Windows of warming up, in CPU seconds, and how many there are at most. */
const WINDOW = 1;
const WINDOWS = 30;
/** Share of a window that other threads (compilers, collectors) may use, and gain of a window that is no gain. */
const OTHERS = 0.03;
const GAIN = 1.03;

/** Repeats `job` until other threads of the process have nothing more to do and it becomes no faster; gives the CPU seconds. */
export function warmUp(job: () => unknown): number {
  const start = cpuSeconds();
  let best = 0;
  for (let n = 0; n < WINDOWS; n++) {
    const own = ownSeconds();
    const { jobs, seconds } = measure(job, WINDOW);
    const others = 1 - (ownSeconds() - own) / seconds;
    const rate = jobs / seconds;
    if (n > 0 && others < OTHERS && rate < GAIN * best) break;
    best = Math.max(best, rate);
  }
  return cpuSeconds() - start;
}
