/**
 * Both models of the engine beside its circuit, every output in every cycle: random layers of every mode, every other one with
 * stalls on all ports; whole, with residuals, and in strips over an X-RAM and a ring that are tight. The layers of the tables
 * are in engine-tables.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { jobFeed } from '../../src/engine/job-streams.js';
import type { EngineWork } from '../../src/engine/model/engine-timing.js';
import type { PassPlan } from '../../src/engine/passes.js';
import { planRow } from '../../src/engine/plan/plan-row.js';
import { EngineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { compareForms, modelled, resultMasks, simulated, timed } from '../engine/model/engine-bench.js';
import { randomLayer, type RandomLayer, testEngines } from '../engine/random-layer.js';
import { layerPackets, type Packets } from '../engine/rtl/core-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run --config vitest.nightly.config.ts test/nightly/engine-model.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? Date.now());
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 84);
const design = buildDesign(EngineCore.dw);

interface Job {
  readonly packets: Packets;
  readonly passes: readonly PassPlan[];
  readonly work: EngineWork;
}

const workOf = (passes: readonly PassPlan[], descriptors: EngineWork['descriptors']): EngineWork => ({
  headers: passes.map(({ header }) => header),
  taps: passes.map(({ taps }) => taps),
  descriptors,
});

function inStrips({ engine, layer, input }: RandomLayer): Job {
  const plan = planRow(engine, layer);
  const feed = jobFeed(engine, [plan], [input]);
  const pixels = [...feed.pixels].filter((packet): packet is Uint8Array => packet instanceof Uint8Array);
  const descriptors = plan.inputs.map(({ descriptor }) => descriptor);
  return {
    packets: { weights: [...feed.weights], pixels },
    passes: plan.passes,
    work: workOf(plan.passes, descriptors),
  };
}

function whole(layer: RandomLayer): Job {
  const { packets, passes, descriptors } = layerPackets(layer);
  return { packets, passes, work: workOf(passes, descriptors) };
}

describe(`models and circuit in every cycle (repeat: HEDDLE_SEED=${seed})`, () => {
  const met = { layers: 0, stalled: 0, strips: 0, residuals: 0, withData: 0, refused: 0, cycles: 0 };

  it.each(testEngines.map((engine) => [engine.toString(), engine] as const))(`${layersEach} layers: %s`, (_, base) => {
    const sims = new Map<string, ReturnType<typeof simulated>>();
    for (let index = 0; index < layersEach; index++) {
      // Of six layers: two whole, one with a residual, three in strips; of each kind as many with stalls as without.
      const kind = (['whole', 'residual', 'strips', 'strips', 'whole', 'strips'] as const)[(index >> 1) % 6] ?? 'whole';
      const tight = { XD: 24 + 8 * (index % 5), WD: 200, YD: Math.ceil((2 * base.M) / base.D) };
      const engine = kind === 'strips' ? new Engine({ ...base.parameters, ...tight }) : base;
      const layer = randomLayer(seed, index, { engine, residual: kind === 'residual' });
      const what = `layer ${index} of seed ${seed} on ${engine.toString()}`;
      try {
        const { packets, passes, work } = kind === 'strips' ? inStrips(layer) : whole(layer);
        const key = engine.toString();
        const sim =
          sims.get(key) ?? simulated('simulator', compile(elaborate(design, { params: engineValues(engine) })));
        sims.set(key, sim);
        const withData = index % 4 < 2;
        const stalls = index % 2 === 0 ? 0 : index % 3 === 0 ? { w: 0, x: 0.5, y: 0.2 } : 0.4;
        const masks = resultMasks(engine, passes, layer.layer.output);
        const stream = randomStream(seed, `nightly ${index}`);
        const forms = [sim, timed(engine, work), ...(withData ? [modelled(engine)] : [])];
        const run = compareForms(forms, engine, packets, passes.length, stream, stalls, masks);
        met.layers++;
        met.cycles += run.cycles;
        if (stalls !== 0) met.stalled++;
        if (passes.length > 1 && kind === 'strips') met.strips++;
        if (kind === 'residual') met.residuals++;
        if (withData) met.withData++;
      } catch (error) {
        const codes = error instanceof HeddleError ? error.diagnostics.map(({ code }) => code) : [];
        if (codes.length === 0 || codes.some((code) => !['H2204', 'H2205', 'H2208'].includes(code)))
          throw new Error(what, { cause: error });
        met.refused++;
      }
    }
  });

  it.runIf(layersEach >= 84)('at least 500 layers, half of them with stalls', () => {
    console.log(JSON.stringify(met));
    expect(met.layers).toBeGreaterThanOrEqual(500);
    expect(met.stalled).toBeGreaterThanOrEqual(250);
    expect(Math.min(met.strips, met.residuals)).toBeGreaterThan(30);
  });
});
