/** The random convolutional networks of `test/network` as accelerators: with a random folding, port width and samples. */
import { randomStream } from '../../src/base/random.js';
import { valueRange } from '../../src/network/element-type.js';
import { divisors } from '../../src/dataflow/errors.js';
import type { Folding } from '../../src/dataflow/folding.js';
import { weightedStages } from '../../src/dataflow/folding.js';
import { foldingTotals } from '../../src/dataflow/layer-form.js';
import { gcd } from '../../src/dataflow/plan/builder.js';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import type { StageNetwork } from '../../src/network/stages.js';
import { randomConvNetwork } from '../network/random-conv-graph.js';

export interface ConvCase {
  readonly network: StageNetwork;
  readonly folding: Folding;
  readonly portBits: number | 'full';
  readonly samples: number;
  /** [samples][elements in the order of the stream]. */
  readonly codes: Float64Array;
  readonly expected: Float64Array;
  readonly recipe: readonly string[];
}

/** Equal seeds give equal cases. */
export function randomConvCase(seed: number): ConvCase {
  const { graph, inputType, inputScale, recipe } = randomConvNetwork(seed);
  const network = lowerGraph(graph, { inputType, inputScale });
  const random = randomStream(BigInt(seed), 'conv case');
  const pick = <T>(list: readonly T[]): T => list[random.nextInt(list.length)] as T;
  const folding = Object.fromEntries(
    weightedStages(network).map((stage) => {
      const totals = foldingTotals(stage);
      const inner = stage.kind === 'conv' ? stage.image.channels / stage.groups : totals.SIMD;
      const draw = random.nextInt(6);
      // Wide foldings are those that whole patches serve.
      const wide = draw >= 4;
      const simd = divisors(draw < 2 ? gcd(totals.SIMD, inner) : totals.SIMD);
      const SIMD = pick(wide ? simd.slice(-2) : simd);
      const pe = divisors(totals.PE);
      const fifo = random.nextInt(3) === 0 ? { fifo: pick([1, 2, 3, 7]) } : {};
      return [stage.name, { PE: pick(wide ? pe.slice(-2) : pe), SIMD, ...fifo }];
    }),
  );
  const { min, max } = valueRange(inputType);
  const samples = pick([2, 3]);
  const elements = network.input.shape.reduce((product, n) => product * n, 1);
  const codes = Float64Array.from({ length: samples * elements }, () => min + random.nextInt(max - min + 1));
  const portBits = pick([32, 64, 'full', 'full'] as const);
  return { network, folding, portBits, samples, codes, expected: runStages(network, codes).outputs, recipe };
}
