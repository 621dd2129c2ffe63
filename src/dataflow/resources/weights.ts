/** Resources of weights in other places than a ROM inside of the unit: streamers, stores in two banks, the bus in front of them. */
import {
  addResources,
  counterBits,
  fifoResources,
  noResources,
  ram,
  registerSliceResources,
  type Resources,
  romWithRegister,
  wideMux,
} from '../../blocks/resources/index.js';
import type { Chain } from '../chain.js';
import type { Styles } from '../layer-styles.js';
import { addressMap, storeBits, storeNodes } from '../weights/address-map.js';

/** Number of the next word, and three words in front of the reader, two of them in a register slice. */
function wordPipelineResources(W: number, WORDS: number): Resources {
  const counter = counterBits(WORDS);
  return addResources(registerSliceResources({ W }), { lut: counter + 2, ff: counter + 1 });
}

/** `columns`: different columns of the memory, where its contents are known. */
export function weightStreamerResources(
  { W, WORDS }: { readonly W: number; readonly WORDS: number },
  columns?: number,
  asked?: Styles['ram'],
): Resources {
  return addResources(romWithRegister(W, WORDS, columns, asked), wordPipelineResources(W, WORDS));
}

export interface StoreSizes {
  readonly W: number;
  readonly WORDS: number;
  readonly FRAME: number;
}

/**
 * Two banks with a register behind each, the word of the unit held a third time; frame numbers, the waiting commit and the
 * access under way; pieces of a word written one at a time.
 */
export function weightStoreResources({ W, WORDS, FRAME }: StoreSizes, asked?: Styles['ram']): Resources {
  const pieces = Math.ceil(W / 32);
  const index = Math.max(1, counterBits(WORDS));
  const place = counterBits(FRAME);
  const { style, lut, ff, bram36, bram18 } = ram(W, WORDS, 'dual', asked);
  const block = style === 'block';
  // Read at a clock edge: a block memory needs no register stage beside it.
  const bank = { lut: block ? Math.max(0, lut - W) : lut, ff: block ? 0 : ff + W, bram36, bram18 };
  // Frames begun, `at`, and the data of the access.
  const registers = 3 * 32;
  return addResources(bank, bank, {
    lut: 2 * W + 32 * (wideMux(pieces) + 4) + 3 * index + 2 * place + 30,
    ff: W + registers + index + counterBits(pieces) + place + 15,
  });
}

/** A store with a reader of its own in front of a stream. */
export const weightStoreStreamResources = (sizes: StoreSizes, asked?: Styles['ram']): Resources =>
  addResources(weightStoreResources(sizes, asked), wordPipelineResources(sizes.W, sizes.WORDS), {
    lut: 2 * counterBits(sizes.FRAME),
    ff: counterBits(sizes.FRAME),
  });

/** Counters of the beats of a frame and of the tokens. */
export function frameTokenResources({ BEATS, TOKENS }: { readonly BEATS: number; readonly TOKENS: number }): Resources {
  const [beat, tokens] = [counterBits(BEATS), counterBits(TOKENS + 1)];
  return addResources({ lut: beat + 2 * tokens + 4, ff: beat + tokens });
}

/** What weights add to the top: the AXI4-Lite port with the decoder in front of the stores, and the tests of tlast. */
export function weightSideResources(chain: Chain): Resources {
  const checks = (chain.weightPorts ?? []).map(({ beats }) => {
    const beat = counterBits(beats.length);
    return { lut: beat + 2, ff: beat + 1 };
  });
  const map = addressMap(chain);
  return addResources(...checks, map === undefined ? noResources : busResources(map.addressBits - 2, chain));
}

/** Slices of three channels, a request register, queues for the responses; a decoder with a response for each store. */
function busResources(wordBits: number, chain: Chain): Resources {
  const stores = storeNodes(chain);
  const address = registerSliceResources({ W: wordBits });
  return addResources(
    ...[address, address, registerSliceResources({ W: 36 })],
    ...[fifoResources({ W: 1, DEPTH: 2 }), fifoResources({ W: 33, DEPTH: 2 })],
    { lut: wordBits + 20, ff: wordBits + 42 },
    { lut: 34 * wideMux(stores.length) + 34 + stores.reduce((sum, node) => sum + storeBits(node) / 6, 4), ff: 3 },
  );
}
