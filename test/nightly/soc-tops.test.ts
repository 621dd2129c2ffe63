/** Tops with registers in Verilator, in lockstep with the simulator: handshakes and what they carry, in every cycle of several frames. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { dataflowSide, dataflowTop, masterBytes } from '../../src/soc/dataflow-top.js';
import { emitText } from '../blocks/emit-text.js';
import { randomCase } from '../dataflow/random-network.js';
import { TopBench } from '../soc/top-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/nightly/soc-tops.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

describe.skipIf(skipWithoutVerilator())('dataflow tops in Verilator', () => {
  it.each(['stream', 'mapped'] as const)('%s, programmable weights', async (memory) => {
    const one = randomCase(seed * 50n);
    const folding = Object.fromEntries(
      Object.entries(one.folding).map(([name, layer]) => [name, { ...layer, weights: 'programmable' as const }]),
    );
    const { chain } = planNetwork(one.network, { folding, portBits: one.portBits });
    const design = dataflowTop(chain, memory);
    const { participants } = await designParticipants({ design, params: {}, text: emitText(design) });
    const verilated = participants.filter(({ name }) => name.includes('verilator'));
    expect(verilated).not.toEqual([]);
    const mapped = memory === 'mapped';
    const { input, output } = chain;
    const bench = new TopBench([compile(elaborate(design)), ...verilated.map((each) => each.create())], {
      ...{ table: dataflowRegisters(dataflowSide(chain, memory)), random: randomStream(seed, memory), pause: 0.3 },
      masters: mapped ? { m_axi_ifm: masterBytes(input.bits), m_axi_ofm: masterBytes(output.bits), m_axi_wgt: 4 } : {},
      ...(mapped ? {} : { inputs: ['s_axis', 's_axis_wgt'], output: 'm_axis' }),
    });
    for (const [name, value] of Object.entries({ GIE: 1, IER: 5, FRAMES: one.samples })) bench.write(name, value);
    const beats = packSamples(input, one.codes);
    for (let turn = 0; turn < 20; turn++) {
      if (mapped) {
        const at = 0x1000 + 7 * turn;
        beats.forEach(({ data }, k) => {
          for (let j = 0; j < input.bits / 8; j++)
            bench.memory.set(at + (k * input.bits) / 8 + j, Number((data >> BigInt(8 * j)) & 255n));
        });
        bench.write('INPUT_LO', at);
        bench.write('OUTPUT_LO', 0x8000 + 3 * turn);
      } else beats.forEach(({ data }, k) => bench.streams['s_axis']!.push({ data, last: k === beats.length - 1 }));
      bench.write('CTRL', 1);
      if (turn % 5 === 4) {
        for (let k = 0; k < 40 * turn; k++) bench.step();
        bench.write('COMMAND', 1);
        for (let k = 0; k < 400; k++) bench.step();
        bench.write('COMMAND', 0);
        bench.until(() => bench.field('STATUS.STATE') === 0, 20_000, 'the end of the reset');
      } else bench.until(() => bench.see('irq') === 1, 60_000, `frame ${turn}`);
      bench.write('ISR', bench.read('ISR'));
    }
    expect(bench.violations).toEqual([]);
    expect(bench.cycle).toBeGreaterThan(2000);
  });
});
