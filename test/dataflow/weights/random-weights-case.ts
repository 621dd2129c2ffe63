/** Random convolutional networks whose layers have their weights anywhere, some with floored products. */
import { randomStream } from '../../../src/base/random.js';
import { codeBits } from '../../../src/dataflow/codes.js';
import { weightedStages } from '../../../src/dataflow/folding.js';
import { foldingTotals } from '../../../src/dataflow/layer-form.js';
import { isWeighted } from '../../../src/dataflow/matrix.js';
import { planNetwork } from '../../../src/dataflow/plan.js';
import { weightModes } from '../../../src/dataflow/weights/place-weights.js';
import { runStages } from '../../../src/network/run-stages.js';
import type { Stage } from '../../../src/network/stages.js';
import { randomConvCase } from '../random-conv-case.js';

/** Some weighted stages lose bits of their products: every sum then is nearer to zero or stays. */
function floored(stage: Stage, seed: number): Stage {
  if (!isWeighted(stage) || codeBits(stage.input) * codeBits(stage.weight) < 6) return stage;
  const productShift = randomStream(BigInt(seed), `shift ${stage.name}`).nextInt(3);
  return productShift === 0 ? stage : { ...stage, productShift };
}

/** Equal seeds give equal cases. */
export function weightsCase(seed: number) {
  const one = randomConvCase(seed);
  const network = { ...one.network, stages: one.network.stages.map((stage) => floored(stage, seed)) };
  const random = randomStream(BigInt(seed), 'modes');
  const modes = Object.fromEntries(
    weightedStages(network).map(({ name }) => [name, weightModes[random.nextInt(weightModes.length)] ?? 'rom']),
  );
  const folding = Object.fromEntries(
    weightedStages(network).map((stage) => {
      const { name } = stage;
      const weights = modes[name] ?? 'rom';
      const { PE, ...layer } = one.folding[name]!;
      // What folds as a depthwise unit does not always fold as a matrix with groups.
      return [name, { ...layer, PE: foldingTotals(stage, weights).PE % PE === 0 ? PE : 1, weights }];
    }),
  );
  const { chain, fifos } = planNetwork(network, { folding, portBits: one.portBits });
  return { ...one, network, chain, fifos, modes, expected: runStages(network, one.codes).outputs };
}
