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
import type { Styles } from '../layer-styles.js';
import { storeSizes } from '../weights/matvec-programmable.js';
import { argmaxResources, requantizeResources, thresholdsResources } from './activations.js';
import { addStageResources, concatResources, duplicateResources, slidingWindowResources } from './images.js';
import { matvecResources } from './matvec.js';
import { depthwiseResources, patchWindowResources } from './patches.js';
import {
  borderScaleResources,
  lookupResources,
  poolGlobalResources,
  poolResources,
  upsampleResources,
} from './pools.js';
import {
  frameTokenResources,
  weightSideResources,
  weightStoreResources,
  weightStoreStreamResources,
  weightStreamerResources,
} from './weights.js';

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

/** One module instance. */
export function moduleResources(node: ChainModule & { readonly styles?: Styles }): Resources {
  const { styles } = node;
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
      return matvecResources(
        node.arithmetic,
        node.params,
        {
          form: 'rom',
          columns: columnsOf(node.images.WEIGHTS),
        },
        styles,
      );
    case 'depthwise':
      return depthwiseResources(node.arithmetic, node.params, columnsOf(node.images.WEIGHTS), styles);
    case 'matvec_stream':
      return matvecResources(node.arithmetic, node.params, { form: 'stream' }, styles);
    case 'matvec_programmable':
      return addResources(
        matvecResources(node.arithmetic, node.params, { form: 'mapped' }, styles),
        weightStoreResources(storeSizes(node.params), styles?.ram),
      );
    case 'weight_streamer':
      return weightStreamerResources(node.params, columnsOf(node.images.WEIGHTS), styles?.ram);
    case 'weight_store_stream':
      return weightStoreStreamResources(node.params, styles?.ram);
    case 'frame_token':
      return frameTokenResources(node.params);
    case 'thresholds':
      return thresholdsResources(node.signed, node.params, columnsOf(node.images.THRESHOLDS));
    case 'requantize':
      return requantizeResources(node.requantize, node.params, columnsOf(...Object.values(node.images)));
    case 'argmax':
      return argmaxResources(node.params);
    case 'sliding_window':
      return slidingWindowResources(node.params, styles?.ram);
    case 'patch_window':
      return patchWindowResources(node.params, styles?.ram);
    case 'pool':
      return poolResources(node.pooling, node.params);
    case 'pool_global':
      return poolGlobalResources(node.pooling, node.params);
    case 'border_scale':
      return borderScaleResources(node.signed, node.params);
    case 'upsample':
      return upsampleResources(node.params);
    case 'lookup':
      return lookupResources(node.params, columnsOf(node.images.TABLE));
    case 'duplicate':
      return duplicateResources(node.params);
    case 'add':
      return addStageResources(node.params);
    case 'concat':
      return concatResources(node.params);
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
}

/** Estimate of a whole chain: the sum of its modules. */
export function chainResources(chain: Chain): ChainResources {
  const stages = new Map<string, Resources>();
  const add = (stage: string, part: Resources) =>
    stages.set(stage, addResources(stages.get(stage) ?? noResources, part));
  for (const node of chain.nodes) {
    add(node.stage, moduleResources(node));
  }
  add('input', weightSideResources(chain));
  add('output', frameResources(chain.output.beats));
  return { total: addResources(...stages.values()), stages };
}
