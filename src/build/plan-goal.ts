/** A folding from what the user asked for: a file, a rate, a latency, or nothing. */
import { readFileSync } from 'node:fs';
import { HeddleError, numberedError } from '../base/diagnostics.js';
import { type ChainNode, isMatvec } from '../dataflow/chain.js';
import { busyCycles } from '../dataflow/chain-streams.js';
import { readFifos, readFolding } from '../dataflow/folding-file.js';
import { type Plan, planNetwork, type PlanOptions, portInterval } from '../dataflow/plan.js';
import { predictTiming } from '../dataflow/timing.js';
import type { StageNetwork } from '../network/stages.js';
import { overBudget, used } from '../dataflow/folding-search.js';
import type { Board } from '../target/boards.js';
import { boardFor } from './backend.js';
import { cellCount } from './board-cells.js';
import { isVectorNetwork, latencyPlans, resourceTitles, type SearchedPlan, searchPlan } from './folding-plan.js';

export interface PlanRequest {
  readonly portBits: number | 'full';
  readonly clockMhz: number;
  /** Name of the board under whose budget a folding is searched; default pynq-z2. */
  readonly board?: string | undefined;
  /** Path of a folding file. */
  readonly folding?: string | undefined;
  /** Samples a second. */
  readonly targetFps?: number | undefined;
  /** Microseconds from the first input beat to the last beat of its result. */
  readonly maxLatency?: number | undefined;
}

type Given = Pick<PlanOptions, 'folding' | 'fifos'>;

/** Throws H2104 for a file that cannot be read or understood, H2101 to H2103 for what it says. */
export function readFoldingFile(path: string, network: StageNetwork): Given {
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
  return { folding: readFolding(text, network, path), fifos: readFifos(text, path) };
}

/** Steady interval that the plan reaches, in cycles. */
export function intervalOf(plan: Plan): number {
  const { cycles } = predictTiming(plan.chain, 4);
  return Math.max(cycles.steady_interval ?? 1, 1);
}

/** Throws H2003 (exit code 1) where the goal is out of reach, and what planning throws. */
export function planFor(network: StageNetwork, request: PlanRequest): Plan {
  const { portBits, clockMhz, targetFps, maxLatency } = request;
  const folding = request.folding === undefined ? undefined : readFoldingFile(request.folding, network);
  // Without a goal or a board: as fast as the ports, by a rough measure of cost.
  if (folding !== undefined || (targetFps === undefined && maxLatency === undefined && request.board === undefined)) {
    return planNetwork(network, { portBits, ...folding });
  }
  const board = boardFor(request.board);
  const search = (interval: number, draft = false): SearchedPlan =>
    searchPlan(network, { interval, budget: board.resources, family: board.family, portBits }, draft) ??
    unsearched(network, portBits, board);
  if (maxLatency !== undefined) {
    const limit = Math.floor(maxLatency * clockMhz);
    const vectors = isVectorNetwork(network) && network.stages.some(({ kind }) => kind === 'dense');
    return vectors
      ? planForLatency(latencyPlans(network, { budget: board.resources, family: board.family, portBits }), limit, board)
      : planImagesForLatency(search, limit, board);
  }
  if (targetFps === undefined) return fitting(search(portInterval(network, portBits)), board);
  const interval = Math.max(1, Math.floor((clockMhz * 1e6) / targetFps));
  const found = search(interval);
  const reached = intervalOf(found.plan);
  if (reached > interval) {
    throw outOfReach(found, board, `${targetFps} samples/s ask for an interval of ${interval}`, reached);
  }
  return fitting(found, board);
}

/** A network without weights has nothing to search. */
function unsearched(network: StageNetwork, portBits: number | 'full', { family }: Board): SearchedPlan {
  const plan = planNetwork(network, { portBits });
  const total = cellCount(network, family).total(plan.chain);
  const search = { interval: 1, folding: {}, total, fits: true, slowest: '', bound: { kind: 'goal' } as const };
  return { plan, search, total };
}

/** The plan where the board has room for it. */
function fitting({ plan, total }: SearchedPlan, board: Board): Plan {
  const over = overBudget(total, board.resources);
  if (over.length === 0) return plan;
  const counts = over.map(
    (name) => `${Math.ceil(used(total, name)).toLocaleString('en-US')} ${resourceTitles([name])}`,
  );
  throw numberedError('H2003', `the smallest folding takes about ${counts.join(', ')}, more than ${board.name} has`, {
    places: [{ text: '--board' }],
    fix: 'take a larger board',
    exitCode: 1,
  });
}

/** Cycles of the first sample. */
const latencyOf = ({ chain }: Plan): number => predictTiming(chain, 1).cycles.total + 1;

/** The first of the candidates, the cheapest first, whose first result is out in time. */
function planForLatency(candidates: Iterable<{ readonly plan: Plan }>, limit: number, board: Board): Plan {
  let best = Infinity;
  for (const { plan } of candidates) {
    const latency = latencyOf(plan);
    if (latency <= limit) return plan;
    best = Math.min(best, latency);
  }
  throw tooLate(limit, best, board);
}

/**
 * Layers on images overlap in time, so that latency follows the interval: shorter and shorter ones until drafts are in time, and
 * the plan as well. A latency is a part that scales with the interval and one that does not; so the interval that has it is
 * never longer than the one that scaling alone would give.
 */
function planImagesForLatency(
  search: (interval: number, draft?: boolean) => SearchedPlan,
  limit: number,
  board: Board,
): Plan {
  let best = Infinity;
  // A sample takes at least as long as its slowest layer.
  for (let interval = limit; interval >= 1;) {
    const drafted = search(interval, true);
    const reached = drafted.search.interval;
    const latency = latencyOf(drafted.plan);
    best = Math.min(best, latency);
    if (latency <= limit) {
      const plan = fitting(search(interval), board);
      if (latencyOf(plan) <= limit) return plan;
    }
    // The budget or the layers end here: shorter intervals give the same plan.
    if (reached > interval) break;
    interval = Math.min(Math.floor(reached * 0.97), Math.ceil((reached * limit) / latency));
  }
  throw tooLate(limit, best, board);
}

const tooLate = (limit: number, best: number, board: Board): HeddleError =>
  numberedError(
    'H2003',
    `no folding within ${board.name} gives a result after ${limit} cycles, the best takes ${best}`,
    {
      places: [{ text: '--max-latency' }],
      fix: 'allow more time, a faster clock, a larger board or wider ports',
      exitCode: 1,
    },
  );

function outOfReach({ plan, search }: SearchedPlan, board: Board, goal: string, reached: number): HeddleError {
  const { bound } = search;
  const why =
    bound.kind === 'budget'
      ? `${bound.layer}: a shorter interval takes more ${resourceTitles(bound.over)} than ${board.name} has`
      : boundOf(plan);
  return numberedError('H2003', `${goal}, the best plan within the limits has ${reached}`, {
    places: [{ text: why }],
    fix: 'ask for less, raise the clock, take a larger board, or widen the ports with --port-bits',
    exitCode: 1,
  });
}

/** What keeps the interval from being shorter, in words: a port of samples, results or weights, a layer or its window. */
export function boundOf({ chain }: Plan): string {
  const busy = busyCycles(chain);
  const candidates = [
    { cycles: chain.input.beats, text: `the ${chain.input.bits}-bit input port` },
    { cycles: chain.output.beats, text: `the ${chain.output.bits}-bit output port` },
    ...(chain.weightPorts ?? []).map(({ stage, bits, beats, turns }) => ({
      ...{ cycles: beats.length * turns, text: `the ${bits}-bit weight port of ${stage}` },
    })),
    ...chain.nodes.flatMap((node) => {
      const cycles = busy.get(node.name) ?? 0;
      if (isWindowNode(node)) return [{ cycles, text: `the window of ${node.stage}` }];
      if (node.kind === 'depthwise') return [{ cycles, text: `${node.stage} at PE ${node.params.PE}` }];
      if (!isMatvec(node)) return [];
      return [{ cycles, text: `${node.stage} at PE ${node.params.PE}, SIMD ${node.params.SIMD}` }];
    }),
  ];
  // A window and the matrix behind it may be equally slow; the matrix is what a folding can change.
  return candidates.reduce((a, b) => (b.cycles > a.cycles || (b.cycles === a.cycles && isWindow(a)) ? b : a)).text;
}

const isWindowNode = ({ kind }: ChainNode): boolean => kind === 'sliding_window' || kind === 'patch_window';
const isWindow = ({ text }: { readonly text: string }): boolean => text.startsWith('the window of');

const isUnitNode = (node: ChainNode): boolean => isMatvec(node) || node.kind === 'depthwise';

/** Cycles of the slowest layer, ports aside. */
export function slowestLayer({ chain }: Plan): number {
  const busy = busyCycles(chain);
  const layers = chain.nodes.filter((node) => isUnitNode(node) || isWindowNode(node));
  return Math.max(1, ...layers.map(({ name }) => busy.get(name) ?? 0));
}
