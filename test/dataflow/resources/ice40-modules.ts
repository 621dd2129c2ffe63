/** Modules of networks of binary weights with random memories, as `digits_w1a1` and its foldings have them. */
import { join } from 'node:path';
import { loadModel } from '../../../src/build/load-model.js';
import { planFor } from '../../../src/build/plan-goal.js';
import { planNetwork } from '../../../src/dataflow/plan.js';
import type { LayerCase } from './layers.js';
import { converter, fifo, image, single, thresholds } from './modules.js';

const slice = (W: number): LayerCase => single({ kind: 'register_slice', params: { W } }, W);

function matvec(arithmetic: 'xnor' | 'xnor_sum', MH: number, MW: number, PE: number, SIMD: number, ACC_W: number) {
  const WEIGHTS = image('w.mem', PE * SIMD, (MH * MW) / (PE * SIMD));
  const params = { MH, MW, PE, SIMD, X_W: 1, W_W: 1, ACC_W };
  const { name, chain } = single({ kind: 'matvec', arithmetic, params, images: { WEIGHTS } }, SIMD);
  return { name: `${name} of ${MW} x ${MH}`, chain };
}

export function ice40Cases(): LayerCase[] {
  return [
    ...[slice(64), slice(16)],
    ...[fifo(16, 49), fifo(16, 4), fifo(8, 8), fifo(8, 200), fifo(24, 512), fifo(4, 2)],
    ...[converter(8, 16, 98), converter(32, 16, 2), converter(4, 16, 16), converter(8, 64, 10), converter(64, 8, 4)],
    converter(24, 16, 10),
    ...[
      thresholds(32, 2, 1, 11, 1),
      thresholds(4, 16, 1, 8, 1),
      thresholds(8, 8, 3, 11, 2),
      thresholds(2, 64, 1, 10, 1),
    ],
    matvec('xnor', 64, 784, 8, 16, 11),
    matvec('xnor', 64, 64, 4, 16, 8),
    matvec('xnor_sum', 10, 64, 1, 8, 8),
    matvec('xnor', 64, 64, 16, 8, 8),
    matvec('xnor', 64, 784, 1, 8, 11),
    matvec('xnor', 32, 256, 2, 32, 10),
  ];
}

const digits = async () =>
  (await loadModel({ model: join('vectors', 'digits', 'digits_w1a1.onnx') })).loaded.stageNetwork;

/** All of `digits_w1a1` as `build --board icebreaker` folds it. */
export async function digitsAsBuilt(): Promise<LayerCase> {
  const { chain } = planFor(await digits(), { board: 'icebreaker', portBits: 8, clockMhz: 12 });
  return { name: 'digits_w1a1 as built for iCEBreaker', chain };
}

/** All of `digits_w1a1` in a folding with a wide first layer. */
export async function digitsOnIce40(): Promise<LayerCase> {
  const folding = {
    dense_0: { PE: 4, SIMD: 56, fifo: 14 },
    dense_1: { PE: 1, SIMD: 8, fifo: 8 },
    dense_2: { PE: 1, SIMD: 8, fifo: 8 },
    dense_3: { PE: 1, SIMD: 2, fifo: 32 },
  };
  const { chain } = planNetwork(await digits(), { folding, portBits: 8 });
  return { name: 'digits_w1a1 on iCE40', chain };
}
