/** A chain that stops: which streams wait for each other in a circle, and which FIFO in it would have to hold more. */
import { HeddleError } from '../base/diagnostics.js';
import type { Chain, ChainNode } from './chain.js';

type StreamTimes = ReadonlyMap<string, ArrayLike<number>>;

/**
 * The streams of a circle, each of which waits for the next one: an empty one for beats of the node that gives it, a full one for
 * the node that reads it. Undefined where no such circle is found.
 */
export function blockedCircle(chain: Chain, times: StreamTimes): readonly string[] | undefined {
  const givers = new Map(chain.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map(chain.nodes.flatMap((node) => node.inputs.map((name) => [name, node] as const)));
  const count = (name: string): number => times.get(name)?.length ?? 0;
  /** Of the streams of one side of a node the one that is furthest behind, beside `besides`. */
  const hindmost = (names: readonly string[], besides: string): string | undefined =>
    names
      .filter((name) => name !== besides)
      .reduce<string | undefined>((least, name) => {
        return least === undefined || count(name) < count(least) ? name : least;
      }, undefined);
  // From the output on: joins behind the one that is stuck starve on all sides, those in front of it are held up.
  const joins = chain.nodes.filter(({ inputs }) => inputs.length > 1).reverse();
  for (const join of joins) {
    for (const start of join.inputs) {
      const circle = walk(start, join, { givers, readers, hindmost });
      if (circle === undefined) continue;
      // The join that is stuck has nothing on the way on one side and a FIFO without room on the other.
      const fullOn = (streams: readonly string[]) => streams.some((name) => isFull(givers.get(name), times));
      if (!fullOn(circle.up) && fullOn(circle.down)) return [...circle.up, ...circle.down];
    }
  }
  return undefined;
}

/** True for a FIFO without room. */
function isFull(node: ChainNode | undefined, times: StreamTimes): boolean {
  if (node?.kind !== 'fifo') return false;
  const [moved = 0, left = 0] = [...node.inputs, ...node.outputs].map((name) => times.get(name)?.length ?? 0);
  return moved - left >= node.params.DEPTH;
}

interface Around {
  readonly givers: ReadonlyMap<string, ChainNode>;
  readonly readers: ReadonlyMap<string, ChainNode>;
  readonly hindmost: (names: readonly string[], besides: string) => string | undefined;
}

/** From the empty input `start` of a join up to a fork, and from there down the full branch to another input of the join. */
function walk(
  start: string,
  join: ChainNode,
  { givers, readers, hindmost }: Around,
): { readonly up: readonly string[]; readonly down: readonly string[] } | undefined {
  const path = [start];
  for (let at = start; ;) {
    const giver = givers.get(at);
    if (giver === undefined) return undefined;
    const full = giver.outputs.length > 1 ? hindmost(giver.outputs, at) : undefined;
    if (full !== undefined) {
      const down = [full];
      for (let next = full; ;) {
        const reader = readers.get(next);
        if (reader === undefined) break;
        if (reader === join) return next === start ? undefined : { up: path, down };
        const onward = hindmost(reader.outputs, next);
        if (onward === undefined) break;
        down.push((next = onward));
      }
    }
    const up = hindmost(giver.inputs, at);
    if (up === undefined) return undefined;
    path.push((at = up));
  }
}

/** H2107: names the circle of blocked streams and the FIFO on its full side; `late` where only late beats bring it about. */
export function deadlockError(chain: Chain, times: StreamTimes, late = false): HeddleError {
  const circle = blockedCircle(chain, times);
  const full = chain.nodes.find((node) => circle?.includes(node.outputs[0]!) === true && isFull(node, times));
  const where = circle === undefined ? 'the streams of the chain' : circle.join(' > ');
  const what = late
    ? 'late beats can make streams wait for each other for ever'
    : 'streams wait for each other and nothing moves any more';
  return new HeddleError({
    code: 'H2107',
    message: `${chain.name}: ${what}: ${where}`,
    places: full?.kind === 'fifo' ? [{ text: `${full.name} is full with ${full.params.DEPTH} beats` }] : [],
    fix:
      full === undefined
        ? 'give the FIFOs more depth'
        : `give ${full.name} more depth, or leave its depth to the sizing`,
  });
}
