/** The sequencer against steps counted in plain TypeScript: every output of every step, and the cycle of its issue. */
import { describe, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { EngineSequencer } from '../../../src/engine/rtl/sequencer.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { runSequencer, type SequencerShape } from './sequencer-bench.js';

const design = buildDesign(EngineSequencer);
const shapes: readonly SequencerShape[] = [
  { P: 7, G: 3, M: 32, D: 4, WD: 1024, YD: 32, FREE: 12 },
  { P: 5, G: 1, M: 3, D: 3, WD: 300, YD: 2, FREE: 3 },
  { P: 3, G: 4, M: 8, D: 2, WD: 512, YD: 16, FREE: 5 },
  { P: 1, G: 2, M: 2, D: 1, WD: 333, YD: 4, FREE: 12 },
  { P: 4, G: 5, M: 5, D: 5, WD: 700, YD: 3, FREE: 9 },
];
// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/rtl/sequencer.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

describe('sequencer', () => {
  it.each(shapes)('issues the steps of random passes (P=$P G=$G M=$M D=$D)', (shape) => {
    const sim = compile(elaborate(design, { params: { ...shape } }));
    for (const stalls of [0, 0.3]) {
      const random = randomStream(seed, `sequencer ${JSON.stringify(shape)} ${stalls}`);
      runSequencer([sim], shape, random, { passes: 8, stalls });
    }
  });
});
