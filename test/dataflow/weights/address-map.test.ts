/** Every weight of a programmable layer is where the address map says: in the words of its memory. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import type { Chain } from '../../../src/dataflow/chain.js';
import { planNetwork } from '../../../src/dataflow/plan.js';
import { addressMap, type Packing, placeOfColumn, storeNodes } from '../../../src/dataflow/weights/address-map.js';
import type { StageNetwork } from '../../../src/network/stages.js';
import { convLayer } from '../stages/random-conv-layer.js';
import { weightsCase } from './random-weights-case.js';

function valueAt(words: readonly bigint[], packing: Packing, row: number, column: number): number {
  const { PE, SIMD, columns, bits, type } = packing;
  const place = placeOfColumn(packing, column);
  const word = words[Math.floor(row / PE) * (columns / SIMD) + Math.floor(place / SIMD)] ?? 0n;
  const field = word >> BigInt(((row % PE) * SIMD + (place % SIMD)) * bits);
  if (type === 'bipolar') return (field & 1n) === 1n ? 1 : -1;
  return Number(type === 'signed' ? BigInt.asIntN(bits, field) : BigInt.asUintN(bits, field));
}

function expectWeights({ stages }: Pick<StageNetwork, 'stages'>, chain: Chain): number {
  const [map, stores] = [addressMap(chain), storeNodes(chain)];
  map?.layers.forEach(({ stage: name, weights: { packing, words, bits } }, k) => {
    const stage = stages.find((each) => each.name === name);
    if (stage?.kind !== 'dense' && stage?.kind !== 'conv') throw new Error(`${name} has no weights`);
    const image = stores[k]!.images.WEIGHTS;
    expect([image.words.length, image.width]).toEqual([words, bits]);
    const { rows, columns } = packing;
    const read = Array.from({ length: rows * columns }, (_, n) =>
      valueAt(image.words, packing, Math.floor(n / columns), n % columns),
    );
    expect(read).toEqual([...stage.weights]);
  });
  return stores.length;
}

describe('the address map', () => {
  it('finds the weights of random networks', () => {
    let stores = 0;
    for (let seed = 0; seed < 8; seed++) {
      const { network, chain } = weightsCase(seed);
      stores += expectWeights(network, chain);
    }
    expect(stores).toBeGreaterThan(5);
  });

  it.each([
    [18, 2],
    [9, 1],
    [36, 4],
    [12, 4],
  ])('finds those behind a window of whole patches: SIMD %i, %i channels at a time', (SIMD, lanes) => {
    const axis = { kernel: 3, before: 1, after: 1 };
    const sizes = { height: 8, width: 8, channels: 4, groups: 1, outputs: 4, X_W: 2, W_W: 3, y: axis, x: axis };
    const stage = convLayer('us', randomStream(1n, 'layer'), sizes);
    const network: StageNetwork = {
      ...{ name: 'one', numerics: 'test', stages: [stage] },
      input: { shape: [8, 8, 4], type: stage.input, scale: 1, fixedByModel: true },
      output: { shape: [stage.outputs], type: stage.output, scale: [1], offset: [0] },
    };
    const folding = { [stage.name]: { PE: 4, SIMD, weights: 'programmable' } } as const;
    const { chain } = planNetwork(network, { folding, portBits: 'full' });
    expect(chain.nodes.some(({ kind }) => kind === 'patch_window')).toBe(true);
    expect(expectWeights(network, chain)).toBe(1);
    const packing = addressMap(chain)!.layers[0]!.weights.packing;
    expect([packing.taps, packing.lanes]).toEqual(lanes === 4 ? [1, 36] : [9, lanes]);
  });
});
