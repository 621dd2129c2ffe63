/** Activation by table: circuit, cycle model and Verilator in lockstep. */
import { describe, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { Lookup } from '../../../src/dataflow/stages/lookup.js';
import { LookupModel } from '../../../src/dataflow/stages/lookup.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectAgreement } from '../../blocks/module-bench.js';

describe('lookup', () => {
  // PE, ENTRIES, OUT_W
  it.each([
    [1, 2, 1, false],
    [3, 256, 8, true],
    [2, 16, 33, true],
    [4, 100, 5, false],
  ])('PE %i, ENTRIES %i, OUT_W %i', async (PE, ENTRIES, OUT_W, verilator) => {
    const random = randomStream(BigInt(ENTRIES), 'lookup');
    const words = Array.from({ length: ENTRIES }, () => random.nextBigInt(OUT_W));
    const images = { TABLE: { file: 'table.mem', width: OUT_W, words } };
    const params = { PE, ENTRIES, OUT_W };
    const width = Math.ceil(Math.log2(ENTRIES));
    await expectAgreement({
      design: buildDesign(Lookup),
      params,
      images,
      model: (i, o) => new LookupModel(i, o, params, images),
      inputs: (draw, count) =>
        Array.from({ length: count }, () =>
          packBigLanes(
            Array.from({ length: PE }, () => BigInt(draw.nextInt(ENTRIES))),
            width,
          ),
        ),
      reference: (beats) =>
        beats.map((beat) =>
          packBigLanes(
            readBigLanes(beat, PE, width, false).map((x) => words[Number(x)] ?? 0n),
            OUT_W,
          ),
        ),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
        fullRate: ['s_axis', 'm_axis'],
        capacity: { stream: 's_axis', beats: 1 },
        paths: ['m_axis_tready -> s_axis_tready'],
      },
      turn: PE,
      verilator,
    });
  });
});
