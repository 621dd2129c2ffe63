/**
 * Draws digits, trains two quantized networks on them and writes what `vectors/digits` holds:
 *
 *     npx tsx examples/digits/train.ts [DIR]
 *
 * `digits_w1a1.onnx` (784-64-64-64-10, every weight and activation one bit), `digits_w4a4.onnx` (784-32-32-10, four bits),
 * and drawings that neither network was trained on: `samples.npy` uint8 [256,1,28,28] and `labels.npy` uint8 [256].
 * Equal seeds give equal bytes.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDirectoryAtomic } from '../../src/base/files.js';
import { writeNpy } from '../../src/base/npy.js';
import { writeQonnx } from '../../src/import/index.js';
import { drawSet, side } from './draw.js';
import { graphOf } from './graph.js';
import { accuracy, designs, trainNetwork, type Design, type TrainingPlan } from './network.js';

export const seed = 2026n;
export const shippedSamples = 256;
const plan: TrainingPlan = { seed, epochs: 15, batch: 100, rate: 0.01 };

/** The held-out drawings that are shipped: the first ones of their own stream. */
export const shippedDrawings = () => drawSet(seed, 'held-out', shippedSamples);

async function main(directory: string): Promise<void> {
  const drawings = drawSet(seed, 'train', 12_000);
  const heldOut = drawSet(seed, 'held-out', 4_000);
  await writeDirectoryAtomic(directory, { marker: 'samples.npy' }, (target) => {
    for (const design of Object.values(designs) as Design[]) {
      const start = Date.now();
      const network = trainNetwork(design, drawings, plan, (epoch, loss) => {
        if (epoch % 5 === 0) console.log(`${design.name}  epoch ${epoch} of ${plan.epochs}, loss ${loss.toFixed(3)}`);
      });
      const share = (100 * accuracy(network, heldOut)).toFixed(2);
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      console.log(`${design.name}  ${share} % of ${heldOut.count} held-out drawings right, trained in ${seconds} s`);
      writeQonnx(graphOf(network), join(target, `${design.name}.onnx`));
    }
    const samples = shippedDrawings();
    const shape = [samples.count, 1, side, side];
    writeNpy(join(target, 'samples.npy'), { dtype: 'u1', shape, data: samples.pixels });
    writeNpy(join(target, 'labels.npy'), { dtype: 'u1', shape: [samples.count], data: samples.labels });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv[2] ?? fileURLToPath(new URL('../../vectors/digits', import.meta.url)));
}
