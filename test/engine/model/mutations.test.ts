/** The model notices faults: wrong depths, latencies, counts and operators in the circuit differ from it in some cycle. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Engine } from '../../../src/engine/config.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { difference, modelTraces, randomMutant, withOperator, withParameters, withRounding } from './mutants.js';

// More random faults: HEDDLE_MUTANTS=150 HEDDLE_SEED=3 npx vitest run test/engine/model/mutations.test.ts. Of those 150 it sees
// 118; the other 32 were not looked into one by one (7 are in the weight port, whose checks good packets do not meet).
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const count = Number(process.env['HEDDLE_MUTANTS'] ?? 6);
const design = buildDesign(EngineCore.dw);
const engine = new Engine({ P: 2, G: 2, M: 4, D: 2, NTHR: 1, XD: 512, WD: 72, YD: 4, XP: 64, WP: 64, YP: 32 });
const core = 'engine_core_dw';
const traces = modelTraces(engine, seed, 8000);
const seen = (mutant: typeof design, values: Readonly<Record<string, number>> = {}): string | undefined => {
  const sim = compile(elaborate(mutant, { params: { ...engineValues(engine), ...values } }));
  for (const trace of traces) {
    const found = difference(sim, trace);
    if (found !== undefined) return found;
  }
  return undefined;
};

describe('faults against the model', () => {
  it('there is no difference without a fault', () => {
    expect(traces.length).toBe(13);
    expect(seen(design)).toBeUndefined();
  });

  it.each<[string, typeof design, Readonly<Record<string, number>>]>([
    ['credits for one group fewer', design, { YD: 3 }],
    ['a FIFO of fewer groups than credits', withParameters(design, core, 'output', { DEPTH: 2 }), {}],
    ['a ring of one word fewer', design, { WD: 71 }],
    ['words are free a cycle early', withParameters(design, core, 'sequencer', { FREE: 11 }), {}],
    ['weights a cycle early', withParameters(design, core, 'ring_address', { STEPS: 4 }), {}],
    ['a requantizer with a stage fewer', design, { LUT: 0 }],
    ['no multiplier', design, { MUL: 0 }],
    ['no fixed mode', design, { FIXED: 0 }],
    ['tlast behind every segment', withOperator(design, 'engine_output', 'and'), {}],
    ['half up is rounded down', withRounding(design, 1n, 7n), {}],
    ['half to even is rounded down', withRounding(design, 3n, 7n), {}],
  ])('%s', (_, mutant, values) => {
    expect(seen(mutant, values)).toBeDefined();
  });

  const modules = Object.keys(design.modules).filter((name) => !/clock|delay/.test(name));
  it(`${count} random faults (seed ${seed})`, { timeout: 3_600_000 }, () => {
    const random = randomStream(seed, 'mutants');
    const survivors: string[] = [];
    for (let k = 0; k < count; k++) {
      const { what, design: mutant } = randomMutant(design, modules, random);
      let found: string | undefined;
      try {
        found = seen(mutant);
      } catch (error) {
        found = String(error);
      }
      if (found === undefined) survivors.push(what);
    }
    if (survivors.length > 0) console.log(survivors.join('\n'));
    expect(survivors.length).toBeLessThanOrEqual(Math.ceil(count / 4));
  });
});
