/**
 * FIFO depths with which a chain cannot stop, whatever the pauses at its ports.
 *
 * Behind a fork each branch must hold what the other one still needs from the fork before the join gets its next beat. The
 * pipelines of a branch hold beats, too, but how many depends on the pauses: one that freezes with bubbles inside may hold no
 * beat but the one at its output. It never holds less than that, and with that all modules are such that what moves at all does
 * not depend on when: if the chain with its pipelines that empty gives its samples, it gives them with any pauses.
 */
import type { Chain } from './chain.js';
import { resultStream } from './chain-streams.js';
import { deadlockError } from './deadlock.js';
import { type Depths, leastDepth, withDepths } from './fifo-depths.js';
import type { StreamTimes } from './timing.js';

/** Samples that a chain must give with its pipelines empty. */
export const marginSamples = 3;

/** True where `samples` samples have come out. */
export function finishes(chain: Chain, times: StreamTimes, samples: number): boolean {
  return (times.get(resultStream(chain))?.length ?? 0) >= samples * chain.output.beats;
}

/**
 * `depths` with the least places more that keep the chain from stopping; `run` gives the times of {@link marginSamples} samples
 * with pipelines full of bubbles. No depth shrinks. H2107 where other FIFOs are too small for that.
 */
export function addMargins(chain: Chain, depths: Depths, run: (depths: Depths) => StreamTimes): Depths {
  const goes = (tried: Depths): boolean => finishes(chain, run(tried), marginSamples);
  let times = run(depths);
  if (finishes(chain, times, marginSamples)) return depths;
  const endless = new Map([...depths.keys()].map((name) => [name, Infinity]));
  const best = run(endless);
  if (!finishes(chain, best, marginSamples)) throw deadlockError(withDepths(chain, endless), best, true);

  // Only what is full can hold a chain up; FIFOs that grow without need shrink again.
  const found = new Map(depths);
  const fifos = chain.nodes.flatMap((node) => (node.kind === 'fifo' && depths.has(node.name) ? [node] : []));
  while (!finishes(chain, times, marginSamples)) {
    for (const { name, inputs, outputs } of fifos) {
      const depth = found.get(name) ?? 1;
      const held = (times.get(inputs[0]!)?.length ?? 0) - (times.get(outputs[0]!)?.length ?? 0);
      if (held >= depth) found.set(name, 2 * depth);
    }
    times = run(found);
  }
  const bits = ({ name, params }: (typeof fifos)[number]): number => params.W * (found.get(name) ?? 1);
  for (const { name } of [...fifos].sort((a, b) => bits(b) - bits(a))) {
    const [least, most] = [depths.get(name) ?? 1, found.get(name) ?? 1];
    if (most === least) continue;
    const keeps = (more: number): boolean => goes(new Map([...found, [name, least + more - 1]]));
    found.set(name, least + leastDepth(most - least + 1, keeps) - 1);
  }
  return found;
}
