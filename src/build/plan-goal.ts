/** A folding from what the user asked for: a file, a rate, a latency, or nothing. */
import { readFileSync } from 'node:fs';
import { HeddleError } from '../base/diagnostics.js';
import { busyCycles } from '../dataflow/chain-streams.js';
import { readFolding } from '../dataflow/folding-file.js';
import type { Folding } from '../dataflow/folding.js';
import { type Plan, planNetwork } from '../dataflow/plan.js';
import { predictTiming } from '../dataflow/timing.js';
import type { StageNetwork } from '../network/stages.js';
import { buildError } from './errors.js';

export interface PlanRequest {
  readonly portBits: number | 'full';
  readonly clockMhz: number;
  /** Path of a folding file. */
  readonly folding?: string | undefined;
  /** Samples a second. */
  readonly targetFps?: number | undefined;
  /** Microseconds from the first input beat to the last beat of its result. */
  readonly maxLatency?: number | undefined;
}

function readFoldingFile(path: string, network: StageNetwork): Folding {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new HeddleError({
      code: 'H2104',
      message: `${path}: cannot be read (${reason})`,
      places: [{ file: path }],
      fix: 'check the path',
    });
  }
  return readFolding(text, network, path);
}

/** Steady interval that the plan reaches, in cycles. */
export function intervalOf(plan: Plan): number {
  const { cycles } = predictTiming(plan.chain, 4);
  return Math.max(cycles.steady_interval ?? 1, 1);
}

/** Throws H2003 (exit code 1) where the goal is out of reach, and what planning throws. */
export function planFor(network: StageNetwork, request: PlanRequest): Plan {
  const { portBits, clockMhz, targetFps, maxLatency } = request;
  const folding = request.folding === undefined ? {} : { folding: readFoldingFile(request.folding, network) };
  if (targetFps !== undefined) {
    const interval = Math.max(1, Math.floor((clockMhz * 1e6) / targetFps));
    const plan = planNetwork(network, { ...folding, portBits, interval });
    const reached = intervalOf(plan);
    if (reached > interval)
      throw outOfReach(plan, `${targetFps} samples/s ask for an interval of ${interval}`, reached);
    return plan;
  }
  if (maxLatency === undefined) return planNetwork(network, { ...folding, portBits });
  return planForLatency(network, { ...folding, portBits }, Math.floor(maxLatency * clockMhz));
}

/** The slowest of the plans with intervals 2^k whose first result is out in time. */
function planForLatency(
  network: StageNetwork,
  options: { readonly folding?: Folding; readonly portBits: number | 'full' },
  limit: number,
): Plan {
  let best = Infinity;
  let plan: Plan | undefined;
  for (let interval = 2 ** 20; interval >= 1; interval /= 2) {
    plan = planNetwork(network, { ...options, interval });
    // The cycles of one sample are at least those of its slowest layer, so slow plans need no timing.
    if (interval > 4 * limit) continue;
    const { total } = predictTiming(plan.chain, 1).cycles;
    best = Math.min(best, total + 1);
    if (total + 1 <= limit) return plan;
  }
  throw buildError(
    'H2003',
    `no folding within the limits gives a result after ${limit} cycles, the best takes ${best}`,
    {
      places: [{ text: '--max-latency' }],
      fix: 'allow more time, a faster clock or wider ports',
      exitCode: 1,
    },
  );
}

function outOfReach(plan: Plan, goal: string, reached: number): HeddleError {
  return buildError('H2003', `${goal}, the best plan within the limits has ${reached}`, {
    places: [{ text: boundOf(plan) }],
    fix: 'ask for less, raise the clock, or widen the ports with --port-bits',
    exitCode: 1,
  });
}

/** What keeps the interval from being shorter, in words: a port, a layer or its window. */
export function boundOf({ chain }: Plan): string {
  const busy = busyCycles(chain);
  const candidates = [
    { cycles: chain.input.beats, text: `the ${chain.input.bits}-bit input port` },
    { cycles: chain.output.beats, text: `the ${chain.output.bits}-bit output port` },
    ...chain.nodes.flatMap((node) => {
      const cycles = busy.get(node.name) ?? 0;
      if (node.kind === 'sliding_window') return [{ cycles, text: `the window of ${node.stage}` }];
      if (node.kind !== 'matvec') return [];
      return [{ cycles, text: `${node.stage} at PE ${node.params.PE}, SIMD ${node.params.SIMD}` }];
    }),
  ];
  // A window and the matrix behind it may be equally slow; the matrix is what a folding can change.
  return candidates.reduce((a, b) => (b.cycles > a.cycles || (b.cycles === a.cycles && isWindow(a)) ? b : a)).text;
}

const isWindow = ({ text }: { readonly text: string }): boolean => text.startsWith('the window of');

/** Cycles of the slowest layer, ports aside. */
export function slowestLayer({ chain }: Plan): number {
  const busy = busyCycles(chain);
  const layers = chain.nodes.filter(({ kind }) => kind === 'matvec' || kind === 'sliding_window');
  return Math.max(1, ...layers.map(({ name }) => busy.get(name) ?? 0));
}
