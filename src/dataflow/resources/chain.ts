/** Resources of the modules of a chain and of the layers they serve. */
import {
  addResources,
  counterBits,
  fifoResources,
  noResources,
  registerSliceResources,
  type Resources,
  widthConverterResources,
} from '../../blocks/resources/index.js';
import type { Image } from '../../circuit/index.js';
import type { Chain, ChainModule } from '../chain.js';
import { argmaxResources, requantizeResources, thresholdsResources } from './activations.js';
import { addStageResources, concatResources, duplicateResources, slidingWindowResources } from './images.js';
import { matvecResources } from './matvec.js';
import { depthwiseResources, patchWindowResources } from './patches.js';

/**
 * Columns of read-only memories of equal depth that are different and not constant. Synthesis keeps each once: thresholds of
 * one channel share their upper bits, and narrow weights do not use theirs.
 */
export function columnsOf(...images: readonly Image[]): number {
  return images.reduce((count, { width, words }) => {
    // Two sums of random numbers, one a word, tell columns apart.
    const [first, second] = [new Float64Array(width), new Float64Array(width)];
    const ones = new Uint32Array(width);
    let random = 1;
    const next = (): number => (random = Math.imul(random, 1664525) + 1013904223) >>> 0;
    for (const word of words) {
      const [a, b] = [next(), next()];
      const bits = word.toString(2);
      for (let column = 0, at = bits.length - 1; at >= 0; at--, column++) {
        if (bits.charCodeAt(at) === 48) continue;
        first[column] = (first[column] ?? 0) + a;
        second[column] = (second[column] ?? 0) + b;
        ones[column] = (ones[column] ?? 0) + 1;
      }
    }
    const different = new Set<string>();
    ones.forEach((sum, column) => {
      if (sum > 0 && sum < words.length) different.add(`${first[column]} ${second[column]}`);
    });
    return count + different.size;
  }, 0);
}

/** One module instance. Undefined for a kind without a formula. */
export function moduleResources(node: ChainModule): Resources | undefined {
  switch (node.kind) {
    case 'lane_truncate':
    case 'lane_extend':
      return noResources;
    case 'register_slice':
      return registerSliceResources(node.params);
    case 'fifo':
      return fifoResources(node.params);
    case 'width_converter':
      return widthConverterResources(node.params);
    case 'matvec':
      return matvecResources(node.arithmetic, node.params, columnsOf(node.images.WEIGHTS));
    case 'depthwise':
      return depthwiseResources(node.arithmetic, node.params, columnsOf(node.images.WEIGHTS));
    case 'thresholds':
      return thresholdsResources(node.signed, node.params, columnsOf(node.images.THRESHOLDS));
    case 'requantize':
      return requantizeResources(node.requantize, node.params, columnsOf(...Object.values(node.images)));
    case 'argmax':
      return argmaxResources(node.params);
    case 'sliding_window':
      return slidingWindowResources(node.params);
    case 'patch_window':
      return patchWindowResources(node.params);
    case 'duplicate':
      return duplicateResources(node.params);
    case 'add':
      return addStageResources(node.params);
    case 'concat':
      return concatResources(node.params);
    default:
      return undefined;
  }
}

/** The counter that marks the last beat of a sample. */
export function frameResources(beats: number): Resources {
  const bits = counterBits(beats);
  return addResources({ lut: bits, ff: bits });
}

export interface ChainResources {
  readonly total: Resources;
  /** By stage, in chain order; the ports are `input` and `output`. */
  readonly stages: ReadonlyMap<string, Resources>;
  /** Kinds of modules that no formula covers; they count nothing. */
  readonly unknown: readonly string[];
}

/** Estimate of a whole chain: the sum of its modules. */
export function chainResources(chain: Chain): ChainResources {
  const stages = new Map<string, Resources>();
  const unknown = new Set<string>();
  const add = (stage: string, part: Resources) =>
    stages.set(stage, addResources(stages.get(stage) ?? noResources, part));
  for (const node of chain.nodes) {
    const part = moduleResources(node);
    if (part === undefined) unknown.add(node.kind);
    add(node.stage, part ?? noResources);
  }
  add('output', frameResources(chain.output.beats));
  return { total: addResources(...stages.values()), stages, unknown: [...unknown] };
}
