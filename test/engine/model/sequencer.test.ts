/** The cycle model of the sequencer issues the steps of random passes in the cycles in which the circuit does. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { encodeHeader } from '../../../src/engine/header.js';
import { rowsOfPass } from '../../../src/engine/model/pass-rows.js';
import { SequencerModel } from '../../../src/engine/model/sequencer.js';
import { EngineSequencer } from '../../../src/engine/rtl/sequencer.js';
import { encodeTap } from '../../../src/engine/tap.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { type Pass, randomPass } from '../rtl/step-list.js';

const design = buildDesign(EngineSequencer);
const shapes = [
  { P: 7, G: 3, M: 32, D: 4, WD: 1024, YD: 32, FREE: 12 },
  { P: 5, G: 1, M: 3, D: 3, WD: 300, YD: 2, FREE: 3 },
  { P: 3, G: 4, M: 8, D: 2, WD: 512, YD: 16, FREE: 5 },
];
/** Cycles from issue to the outputs of a step. */
const LATENCY = 6;
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

const packed = (words: Uint32Array): bigint => words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);

const writesOf = ({ taps, rows }: Pass, set: number): Record<string, number>[] => [
  ...taps.map((tap, t) => ({ tap_write: 1, tap_address: 2 * t + set, tap_data: encodeTap(tap) })),
  ...rows.map(({ start, rem }, k) => ({ row_write: 1, row_address: 2 * k + set, row_data: start + 65536 * rem })),
];

describe('cycle model of the sequencer', () => {
  it.each(shapes)('P=$P G=$G M=$M D=$D', (shape) => {
    for (const stalls of [0, 0.4]) {
      const random = randomStream(seed, `sequencer model ${JSON.stringify(shape)} ${stalls}`);
      const lucky = (): boolean => random.nextFloat() >= stalls;
      const passes: Pass[] = [];
      while (passes.length < 12) {
        const pass = randomPass(random, shape);
        const each = { ...pass, header: { ...pass.header, flush: 0 } };
        const work = [...rowsOfPass(each, shape)].reduce((sum, row) => sum + row.steps * pass.header.XT, 0);
        if (work < 2000) passes.push(each);
      }
      const words = passes.map(({ header: h }) => (h.hasWeights === 1 ? h.wWords * h.CHN * h.OTN : 0));
      const sim = createSimulation(design, { params: shape });
      const model = new SequencerModel(shape);
      for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
      for (let k = 0; k < 8; k++) sim.tick();
      sim.poke('aresetn', 1);
      sim.poke('enable', 1);
      let [taken, written, tokens, credits, sets, quiet, steps] = [0, 0, 0, shape.YD, 0, 0, 0];
      // Results are written some cycles behind the last step: passes behind one with residual wait for that.
      let [done, idle] = [0, 0];
      let writes = writesOf(passes[0]!, 0);
      const issues: boolean[] = [];
      for (let cycle = 0; quiet < 40; cycle++) {
        expect(cycle).toBeLessThan(100_000);
        const write = writes.shift() ?? {};
        const complete = Object.keys(write).length === 0 && taken < passes.length && lucky();
        const pass = passes[Math.min(taken, passes.length - 1)]!;
        const wanted = words.slice(0, taken + 1).reduce((sum, each) => sum + each, 0);
        sim.settle();
        const freed = Number(sim.peek('ring_freed'));
        // Words that no step takes may be free before they are written: the difference has a sign.
        const unused = 31 - Math.ceil(Math.log2(shape.WD + 1));
        const inRing = ((written - freed) << unused) >> unused;
        const inputs = {
          offered: complete ? pass : undefined,
          configReady: lucky(),
          tokens,
          passesDone: done,
          ringWrite: written < wanted && inRing < shape.WD && lucky(),
          parametersFull: taken > 0 && sets < 2 && passes[taken - 1]!.header.planes !== 0 && lucky(),
          credit: credits < shape.YD && lucky(),
          residualReady: lucky(),
        };
        const pokes: Record<string, number | bigint> = {
          ...{ tap_write: 0, row_write: 0, tap_address: 0, tap_data: 0, row_address: 0, row_data: 0, ...write },
          ...{ s_header_tvalid: +complete, s_header_tdata: packed(encodeHeader(pass.header)) },
          ...{ m_cfg_tready: +inputs.configReady, ring_write: +inputs.ringWrite, x_tokens: tokens },
          ...{
            params_full: +inputs.parametersFull,
            credit: +inputs.credit,
            res_ready: +inputs.residualReady,
            passes_done: done,
          },
        };
        for (const [name, value] of Object.entries(pokes)) sim.poke(name, value);
        sim.settle();
        const where = { cycle, stalls };
        const seen = { ...where, stalled: Number(sim.peek('stalled')), running: Number(sim.peek('running')) };
        const step = Number(sim.peek('step_valid'));
        const outputs = model.cycle(inputs);
        expect(seen).toEqual({ ...where, stalled: outputs.stalled, running: +outputs.running });
        expect({ ...where, step }).toEqual({ ...where, step: +(issues[cycle - LATENCY] ?? false) });
        issues.push(outputs.issued !== undefined);
        if (outputs.issued !== undefined) {
          const { pass: own, row, last, xt, step: number } = outputs.issued;
          steps++;
          if (last && own.header.dstAxis === 1 && row.lastChunk) credits -= row.groups;
          if (xt === 0 && number === 0 && row.y === 0 && row.chunk === 0 && own.header.planes !== 0) sets--;
        }
        credits += +inputs.credit;
        sets += +inputs.parametersFull;
        written += +inputs.ringWrite;
        if (random.nextInt(4) === 0 && tokens < 30_000) tokens++;
        if (outputs.taken !== undefined && ++taken < passes.length) writes = writesOf(passes[taken]!, taken % 2);
        quiet = taken === passes.length && !outputs.running ? quiet + 1 : 0;
        idle = outputs.running ? 0 : idle + 1;
        if (idle === 12) done = taken;
        sim.tick();
      }
      expect(steps).toBeGreaterThan(100);
    }
  });
});
