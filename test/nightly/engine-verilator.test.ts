/**
 * Random layers through the whole engine: its circuit in the simulator and its text in Verilator, in lockstep in every cycle
 * with stalls on all ports, against the definition of the layers. The bench refuses errors and bank conflicts of the engine
 * and breaches of the AXI4-Stream rules.
 */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { Engine } from '../../src/engine/config.js';
import { jobFeed, jobResults } from '../../src/engine/job-streams.js';
import type { EngineLayer } from '../../src/engine/layer.js';
import { planJob } from '../../src/engine/plan/plan-job.js';
import { referenceLayer } from '../../src/engine/reference.js';
import { EngineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate, type Simulation } from '../../src/simulator/index.js';
import { emitText } from '../blocks/emit-text.js';
import { randomLayer, testEngines } from '../engine/random-layer.js';
import { layerPackets, runCore } from '../engine/rtl/core-bench.js';
import { integerLayer } from '../engine/integer-layer.js';
import { decodeOutput } from '../../src/engine/streams.js';

// Another seed: HEDDLE_SEED=7 npx vitest run --config vitest.nightly.config.ts test/nightly/engine-verilator.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? Date.now());
/** Layers of each configuration; an eighth of them in addition in jobs of several layers, and as many chained pairs. */
const layersEach = Number(process.env['HEDDLE_LAYERS'] ?? 44);
const design = buildDesign(EngineCore.dw);

/** The test configurations, and one whose X-RAM is so small that images are cut into strips. */
const engines: readonly Engine[] = [
  ...testEngines,
  new Engine({ P: 4, G: 2, M: 4, D: 1, XD: 48, WD: 220, PD: 64, NTHR: 7, XP: 32, WP: 64, YP: 64 }),
];

const met = { layers: 0, cycles: 0, strips: 0, jobs: 0, pairs: 0, refused: 0, kinds: new Set<string>() };

function note({ op, groups, y, x, input, output, requant, padValue, residual }: EngineLayer): void {
  const kinds = [
    ...[op, requant.mode, requant.round, `kernel ${y.kernel}`, `kernel ${x.kernel}`, `stride ${x.stride}`],
    ...(groups > 1 ? ['groups'] : []),
    ...(x.dilation > 1 || y.dilation > 1 ? ['dilation'] : []),
    ...(y.pad > 0 || x.pad > 0 ? ['padding'] : []),
    ...(padValue !== 0 ? ['pad value'] : []),
    ...(input.channels === 1 ? ['one channel'] : []),
    ...(output.height * output.width === 1 ? ['one pixel'] : []),
    ...(requant.thresholds ? ['thresholds'] : []),
    ...(requant.lut ? ['table'] : []),
    ...(requant.wrap ? ['wrap'] : []),
    ...(residual ? ['residual', `residual ${residual.second.mode}`] : []),
  ];
  for (const kind of kinds) met.kinds.add(kind);
}

/** A convolution over the results of another one. */
function follower(random: RandomStream, { output }: EngineLayer): EngineLayer {
  const kernel = Math.min(1 + random.nextInt(3), output.height, output.width);
  const stride = 1 + random.nextInt(2);
  const axis = { kernel, stride, dilation: 1, pad: random.nextInt((kernel >> 1) + 1) };
  const size = (n: number): number => Math.floor((n + 2 * axis.pad - kernel) / stride) + 1;
  const channels = 1 + random.nextInt(8);
  const length = channels * kernel * kernel * output.channels;
  return {
    ...{ name: 'follower', op: 'dense', groups: 1, y: axis, x: axis, input: output, padValue: 0, unsigned: false },
    weights: Int8Array.from({ length }, () => random.nextInt(256) - 128),
    output: { height: size(output.height), width: size(output.width), channels },
    requant: {
      ...{ mode: 'shift', round: 'half-even', bias: [3], mult: [0], shift: [9], leftShift: [0], zeroPoint: 0 },
      ...{ lo: -128, hi: 127, wrap: false, leaky: 0 },
    },
  };
}

/** Several layers as one job; undefined where the engine has no room for one of them. */
function runJob(
  sims: readonly Simulation[],
  engine: Engine,
  layers: readonly EngineLayer[],
  images: readonly Int16Array[],
  chained: boolean,
  random: RandomStream,
): (Int16Array | undefined)[] | undefined {
  try {
    const plans = planJob(
      engine,
      layers.map((layer, k) => ({ layer, chained: chained && k > 0 })),
    );
    if (plans.some(({ inputs }) => inputs.length > 1)) met.strips++;
    const feed = jobFeed(engine, plans, images);
    const pixels = [...feed.pixels].filter((packet): packet is Uint8Array => packet instanceof Uint8Array);
    const run = runCore(sims, engine, { weights: [...feed.weights], pixels }, feed.passes, random, 0.25);
    met.cycles += run.cycles;
    return jobResults(engine, plans, run.outputs);
  } catch (error) {
    const codes = error instanceof HeddleError ? error.diagnostics.map(({ code }) => code) : [];
    if (codes.length === 0 || codes.some((code) => !['H2203', 'H2204', 'H2205', 'H2208'].includes(code))) throw error;
    met.refused++;
    return undefined;
  }
}

describe.skipIf(skipWithoutVerilator())(`the engine in Verilator (repeat: HEDDLE_SEED=${seed})`, () => {
  it.each(engines.map((engine, k) => [engine.toString(), engine, k] as const))(
    '%s',
    { timeout: 1_800_000 },
    async (_, engine, k) => {
      const params = { ...engineValues(engine) };
      const { participants } = await designParticipants({ design, params, text: emitText(design) });
      const sims = [compile(elaborate(design, { params })), participants[1]!.create()];
      const small = engine.XD < 200;
      // Few layers are too large for it.
      for (let index = 0; index < (small ? 2 : 1) * layersEach; index++) {
        const number = 10_000 * (k + 1) + index;
        // A quarter of the single layers adds a residual; those are never the first of a pair.
        const random = randomLayer(seed, number, { engine, residual: !small && index % 4 === 1 });
        const { layer, input } = random;
        const stream = randomStream(seed, `campaign ${number}`);
        const what = `layer ${number} of seed ${seed} on ${engine.toString()}`;
        try {
          if (small || index % 8 === 7) {
            const jobs = [
              random,
              ...(small ? [] : [1, 2].map((i) => randomLayer(seed, number + 1000 * i, { engine }))),
            ];
            const layers = jobs.map((each) => each.layer);
            const inputs = jobs.map((each) => each.input);
            const results = runJob(sims, engine, layers, inputs, false, stream);
            results?.forEach((image, i) => expect(image, what).toEqual(referenceLayer(layers[i]!, inputs[i]!)));
            if (results === undefined) continue;
            met.jobs++;
            met.layers += results.length;
          } else {
            const { passes, packets } = layerPackets(random);
            const run = runCore(sims, engine, packets, passes.length, stream, index % 3 === 0 ? 0 : 0.3);
            const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
            passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, run.outputs[i]!, image));
            expect([...image], what).toEqual(integerLayer(layer, input, random.residual));
            met.layers++;
            met.cycles += run.cycles;
          }
          note(layer);
          const wide = layer.requant.hi > 127 || layer.requant.lut !== undefined;
          if (!small && index % 8 === 3 && !wide) {
            const second = follower(stream, layer);
            const results = runJob(sims, engine, [layer, second], [input, new Int16Array()], true, stream);
            if (results === undefined) continue;
            const between = referenceLayer(layer, input);
            expect(results.at(-1), `pair with ${what}`).toEqual(referenceLayer(second, between));
            met.pairs++;
            met.layers += 2;
          }
        } catch (error) {
          throw new Error(what, { cause: error });
        }
      }
    },
  );

  it('has met every mode', () => {
    const { kinds, ...figures } = met;
    console.log(JSON.stringify(figures), [...kinds].sort().join(', '));
    const wanted = [
      ...['dense', 'dw', 'max', 'sum', 'shift', 'mult', 'single', 'fixed', 'floor', 'half-up', 'half-away'],
      ...['half-even', 'to-zero', 'kernel 1', 'kernel 11', 'stride 1', 'stride 2', 'stride 3', 'stride 4', 'groups'],
      ...['dilation', 'padding', 'pad value', 'one channel', 'one pixel', 'thresholds', 'table', 'wrap', 'residual'],
      ...['residual shift', 'residual mult', 'residual single', 'residual fixed'],
    ];
    expect(wanted.filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(met.layers).toBeGreaterThan(300);
    expect(Math.min(met.strips, met.jobs, met.pairs)).toBeGreaterThan(5);
  });
});
