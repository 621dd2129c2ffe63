/** Argmax, lane resizing and frames: circuit, cycle model and Verilator in lockstep. */
import { describe, expect, it } from 'vitest';
import { verifyBlock } from '../../../src/cosim/block-harness.js';
import { bindStream } from '../../../src/cosim/channel-model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import { Argmax } from '../../../src/dataflow/stages/argmax.js';
import { ArgmaxModel } from '../../../src/dataflow/stages/argmax.model.js';
import { Frame } from '../../../src/dataflow/stages/frame.js';
import { FrameModel, type FramedBeat } from '../../../src/dataflow/stages/frame.model.js';
import { LaneExtend, LaneTruncate } from '../../../src/dataflow/stages/lane-resize.js';
import { LaneResizeModel } from '../../../src/dataflow/stages/lane-resize.model.js';
import { packBigLanes, packLanes, readBigLanes, readLanes } from '../../../src/dataflow/stages/lanes.js';
import { randomStream } from '../../../src/base/random.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { channel, compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { expectAgreement, turnedStalls, uniformBeats } from '../../blocks/module-bench.js';

const readyPath = 'm_axis_tready -> s_axis_tready';

describe('argmax', () => {
  it.each([
    [true, 1, 1, 1, 8, false],
    [false, 10, 2, 2, 8, false],
    [true, 9, 3, 4, 4, true],
    [false, 6, 6, 3, 3, true],
    [true, 5, 1, 2, 16, false],
    [false, 4, 2, 60, 3, false],
  ])('signed %s, N %i, PE %i, X_W %i', async (signed, N, PE, X_W, OUT_W, verilator) => {
    const beatsOfVector = N / PE;
    await expectAgreement({
      design: buildDesign(Argmax[signed ? 'signed' : 'unsigned']),
      params: { N, PE, X_W, OUT_W },
      model: (i, o) => new ArgmaxModel(i, o, signed, { N, PE, X_W }),
      inputs: uniformBeats(PE * X_W),
      reference: (beats) =>
        Array.from({ length: Math.floor(beats.length / beatsOfVector) }, (_, n) => {
          const vector = beats.slice(n * beatsOfVector, (n + 1) * beatsOfVector);
          const values = vector.flatMap((beat) => readBigLanes(beat, PE, X_W, signed));
          const greatest = values.reduce((a, b) => (b > a ? b : a));
          return BigInt(values.indexOf(greatest));
        }),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: beatsOfVector },
        fullRate: ['s_axis'],
        capacity: { stream: 's_axis', beats: 2 * beatsOfVector - 1 },
        paths: [readyPath],
      },
      turn: N,
      verilator,
    });
  });
});

const wirePaths = [readyPath, 's_axis_tdata -> m_axis_tdata', 's_axis_tvalid -> m_axis_tvalid'];

describe('lanes', () => {
  const shapes = [
    ['truncate', LaneTruncate, false],
    ['extend with zeros', LaneExtend.unsigned, false],
    ['extend with sign', LaneExtend.signed, true],
    ['bits to -1 and +1', LaneExtend.bipolar, 'bipolar'],
  ] as const;
  it.each(shapes)('%s', async (name, template, signed) => {
    for (const [N, narrow, wide] of [
      [1, 1, 8],
      [8, 5, 8],
      [3, 16, 16],
      [2, 7, 64],
    ] as const) {
      const [IN_W, OUT_W] = name === 'truncate' ? [wide, narrow] : [signed === 'bipolar' ? 1 : narrow, wide];
      const value = (code: bigint): bigint => (signed === 'bipolar' ? 2n * code - 1n : code);
      const params = { N, IN_W, OUT_W };
      const design = buildDesign(template);
      await expectAgreement({
        design,
        params,
        model: (i, o) => new LaneResizeModel(i, o, signed, params),
        inputs: uniformBeats(N * IN_W),
        reference: (beats) =>
          beats.map((beat) => packBigLanes(readBigLanes(beat, N, IN_W, signed === true).map(value), OUT_W)),
        claims: { latency: { from: 's_axis', to: 'm_axis', cycles: 0 }, fullRate: ['s_axis', 'm_axis'] },
        effort: { stalls: turnedStalls(N), beats: 20 },
        verilator: N === 8 && signed !== false,
      }).catch((error: unknown) => {
        throw new Error(`${name} ${JSON.stringify(params)}: ${String(error)}`);
      });
      expect([...combinationalPaths(compile(elaborate(design, { params })))].sort()).toEqual(wirePaths);
    }
  });

  it('pack and unpack as numbers what big integers pack and unpack', () => {
    const random = randomStream(1n, 'lanes');
    for (const [count, width] of [
      [1, 1],
      [9, 7],
      [5, 32],
      [3, 52],
      [40, 3],
      [4, 33],
    ] as const) {
      const beat = random.nextBigInt(count * width);
      for (const signed of [false, true]) {
        const numbers = readLanes(beat, count, width, signed);
        expect([...numbers].map(BigInt)).toEqual(readBigLanes(beat, count, width, signed));
        expect(packLanes(numbers, width)).toBe(beat);
      }
    }
  });
});

describe('frame', () => {
  const design = buildDesign(Frame);
  it.each([
    [1, 1, false],
    [8, 3, true],
    [40, 5, false],
  ])('W %i, FRAME %i', async (W, FRAME, verilator) => {
    const params = { W, FRAME };
    const text = verilator ? emitText(design) : undefined;
    const bench = await designParticipants({
      ...{ design, params, text },
      model: (streams) => {
        const input = channel(0n);
        const output = channel<FramedBeat>({ data: 0n, last: false });
        const bound = streams.map((stream) =>
          stream.role === 'sink'
            ? bindStream(
                stream,
                input,
                (tdata) => ({ tdata }),
                ({ tdata }) => tdata ?? 0n,
              )
            : bindStream(
                stream,
                output,
                ({ data, last }) => ({ tdata: data, tlast: last ? 1n : 0n }),
                ({ tdata, tlast }) => ({ data: tdata ?? 0n, last: tlast === 1n }),
              ),
        );
        return { model: new FrameModel(input, output, { FRAME }), streams: bound };
      },
    });
    const circuit = elaborate(design, { params });
    const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
    const report = verifyBlock({
      ...bench,
      participants: [wasm, ...bench.participants],
      subject: 'frame',
      inputs: (random, count) => ({
        s_axis: Array.from({ length: count * FRAME }, () => ({ tdata: random.nextBigInt(W) })),
      }),
      reference: ({ s_axis = [] }) => ({
        m_axis: s_axis.map((beat, n) => ({ ...beat, tlast: n % FRAME === FRAME - 1 ? 1n : 0n })),
      }),
      packet: { m_axis: FRAME },
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 0 },
        fullRate: ['s_axis', 'm_axis'],
        paths: wirePaths,
      },
      effort: { stalls: turnedStalls(FRAME), beats: 30, resets: 10 },
    });
    expect(report.failures).toEqual([]);
  });
});
