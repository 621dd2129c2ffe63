/** Networks with layers that the array has no mode for are refused by the name of the layer, with what it would need and a way out. */
import { expect, it } from 'vitest';
import { HeddleError } from '../../../src/base/diagnostics.js';
import { Engine } from '../../../src/engine/config.js';
import { lowerStages } from '../../../src/engine/plan/lower-stages.js';
import { lowerGraph } from '../../../src/network/lower.js';
import type { Stage } from '../../../src/network/stages.js';
import { randomConvNetwork } from '../../network/random-conv-graph.js';

const engine = new Engine({ P: 4, G: 2, M: 8, D: 2, NTHR: 15, XB: 8 });

/** Of which stage the message must be, by what it says. */
const reasons: Readonly<Record<string, (stage: Stage) => boolean>> = {
  'concatenation: ': ({ kind }) => kind === 'concat',
  'upsampling: ': ({ kind }) => kind === 'upsample',
};

it('names concatenation and upsampling', () => {
  const met = new Map<string, number>();
  for (let seed = 0; seed < 120 && met.size < Object.keys(reasons).length; seed++) {
    const { graph, inputType, inputScale } = randomConvNetwork(seed);
    const network = lowerGraph(graph, { inputType, inputScale });
    try {
      lowerStages(engine, network);
    } catch (error) {
      const [diagnostic] = error instanceof HeddleError ? error.diagnostics : [];
      if (diagnostic === undefined) throw error;
      for (const [words, belongs] of Object.entries(reasons)) {
        if (!diagnostic.message.includes(words)) continue;
        met.set(words, (met.get(words) ?? 0) + 1);
        const stage = network.stages.find(({ name }) => diagnostic.message.startsWith(`${name}: `));
        expect([seed, diagnostic.code, stage !== undefined && belongs(stage)]).toEqual([seed, 'H2206', true]);
        expect(diagnostic.fix).toMatch(/--backend dataflow/);
      }
    }
  }
  expect([...met.keys()].sort()).toEqual(Object.keys(reasons).sort());
});

it('names an average whose divisor differs at the border', () => {
  for (let seed = 0; seed < 120; seed++) {
    const { graph, inputType, inputScale } = randomConvNetwork(seed);
    const network = lowerGraph(graph, { inputType, inputScale });
    const first = network.stages.findIndex(({ kind }) => kind === 'pool');
    if (first < 0) continue;
    try {
      lowerStages(engine, network);
    } catch {
      continue;
    }
    const stages = network.stages.map((stage, k) => (k === first ? { ...stage, factors: [1] } : stage)) as Stage[];
    const { name } = network.stages[first]!;
    const wanted = new RegExp(`H2206 {2}${name}: an average that leaves padding out[^]*--backend dataflow`);
    expect(() => lowerStages(engine, { ...network, stages })).toThrow(wanted);
    return;
  }
  throw new Error('no network with a pool');
});
