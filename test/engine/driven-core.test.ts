import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/config.js';
import { drivenCore } from '../../src/engine/driven-core.js';
import { jobFeed, jobResults } from '../../src/engine/job-streams.js';
import { planJob } from '../../src/engine/plan/plan-job.js';
import { compiledCore } from '../../src/engine/profile/profile.js';
import { referenceLayer } from '../../src/engine/reference.js';
import { engineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { runCoreJob } from '../../src/engine/run-core.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { randomLayer } from './random-layer.js';

describe('a core whose ports are bigints', () => {
  it('does what the built-in simulator does with numbers and words', () => {
    const engine = new Engine({ P: 4, G: 2, M: 4, D: 2, NTHR: 7, XD: 2048, WP: 64 });
    const { layer, input } = randomLayer(11n, 3, { engine });
    const plans = planJob(engine, [{ layer }]);
    const plain = compiledCore(engine);
    const sim = compile(elaborate(buildDesign(engineCore(engine)), { params: engineValues(engine) }));
    const wrapped = drivenCore({
      ports: sim.ports,
      poke: (port, value) => sim.poke(port, value),
      peek: (port) => sim.peek(port),
      settle: () => sim.settle(),
      tick: () => sim.tick(),
    });
    const [one, other] = [plain, wrapped].map((core) => runCoreJob(core, engine, jobFeed(engine, plans, [input])));
    expect(other).toEqual(one);
    expect(jobResults(engine, plans, other!.outputs)[0]).toEqual(referenceLayer(layer, input));
  });
});
