/** Each stream block: circuit, cycle model and Verilator in lockstep, contents by reference, the header's claims measured. */
import { describe, expect, it } from 'vitest';
import { Downsizer, Fifo, RegisterSlice, Upsizer, WidthConverter } from '../../../src/blocks/stream/index.js';
import { DownsizerModel } from '../../../src/blocks/stream/downsizer.model.js';
import { FifoModel } from '../../../src/blocks/stream/fifo.model.js';
import { RegisterSliceModel } from '../../../src/blocks/stream/register-slice.model.js';
import { UpsizerModel } from '../../../src/blocks/stream/upsizer.model.js';
import { WidthConverterModel } from '../../../src/blocks/stream/width-converter.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { bubblesOf, expectAgreement, type ModuleCase, uniformBeats } from '../module-bench.js';

const readyPath = ['m_axis_tready -> s_axis_tready'];

/** Splits a list in runs of `size`; an unfinished last run is left out where `whole`. */
function runs<T>(list: readonly T[], size: number, whole = false): T[][] {
  const count = whole ? Math.floor(list.length / size) : Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}
const pack = (beats: readonly bigint[], width: number): bigint =>
  beats.reduceRight((wide, beat) => (wide << BigInt(width)) | beat, 0n);
const unpack = (wide: bigint, width: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt.asUintN(width, wide >> BigInt(i * width)));

/** Wide beats of whole groups; `ratio` narrow beats each, fewer at the end of a frame. */
function packed(beats: readonly bigint[], width: number, ratio: number, frame: number): bigint[] {
  return runs(beats, frame).flatMap((each) => {
    const complete = each.length === frame;
    return runs(each, ratio, !complete).map((group) => pack(group, width));
  });
}
/** Narrow beats of frames. */
function unpacked(beats: readonly bigint[], width: number, ratio: number, frame: number): bigint[] {
  const wideBeats = Math.ceil(frame / ratio);
  return runs(beats, wideBeats).flatMap((each) => each.flatMap((wide) => unpack(wide, width, ratio)).slice(0, frame));
}

describe('register slice', () => {
  const design = buildDesign(RegisterSlice);
  it.each([1, 8, 33, 70])('W %i', async (W) => {
    await expectAgreement({
      design,
      params: { W },
      model: (i, o) => new RegisterSliceModel(i, o),
      inputs: uniformBeats(W),
      reference: (beats) => [...beats],
      capacity: 2,
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
        fullRate: ['s_axis', 'm_axis'],
        capacity: { stream: 's_axis', beats: 2 },
        paths: [],
      },
      turn: W,
      verilator: W === 33,
    });
  });
});

describe('fifo', () => {
  const design = buildDesign(Fifo);
  const caseOf = (W: number, DEPTH: number): ModuleCase => ({
    design,
    params: { W, DEPTH },
    model: (i, o) => new FifoModel(i, o, { DEPTH }),
    inputs: uniformBeats(W),
    reference: (beats) => [...beats],
    capacity: DEPTH,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
      ...(DEPTH > 1 ? { fullRate: ['s_axis', 'm_axis'] } : {}),
      capacity: { stream: 's_axis', beats: DEPTH },
      paths: [],
    },
    turn: DEPTH,
    // The emitted text at six sets of `-G` values.
    verilator: [1, 2, 3, 4, 5, 9].includes(DEPTH),
  });
  it.each([
    [1, 1],
    [8, 2],
    [1, 3],
    [40, 4],
    [7, 5],
    [1, 8],
    [65, 9],
  ])('W %i, DEPTH %i', (W, DEPTH) => expectAgreement(caseOf(W, DEPTH)));

  it('moves a beat every second cycle at depth 1', async () => {
    expect(await bubblesOf(caseOf(4, 1), 'm_axis', 101)).toBe(100);
  });
});

describe('upsizer', () => {
  const design = buildDesign(Upsizer);
  it.each([
    [1, 2, 1],
    [8, 2, 4],
    [3, 3, 7],
    [9, 7, 3],
    [1, 7, 8],
    [33, 3, 6],
  ])('W %i, RATIO %i, FRAME %i', async (W, RATIO, FRAME) => {
    const first = Math.min(RATIO, FRAME);
    const second = FRAME > RATIO ? Math.min(RATIO, FRAME - RATIO) : first;
    await expectAgreement({
      design,
      params: { W, RATIO, FRAME },
      model: (i, o) => new UpsizerModel(i, o, { W, RATIO, FRAME }),
      inputs: uniformBeats(W),
      reference: (beats) => packed(beats, W, RATIO, FRAME),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: first },
        fullRate: ['s_axis'],
        capacity: { stream: 's_axis', beats: first + second - 1 },
        paths: readyPath,
      },
      turn: RATIO + FRAME,
      verilator: FRAME === 7,
    });
  });
});

describe('downsizer', () => {
  const design = buildDesign(Downsizer);
  it.each([
    [1, 2, 1],
    [8, 2, 4],
    [3, 3, 7],
    [9, 7, 3],
    [1, 7, 8],
    [33, 3, 6],
  ])('W %i, RATIO %i, FRAME %i', async (W, RATIO, FRAME) => {
    await expectAgreement({
      design,
      params: { W, RATIO, FRAME },
      model: (i, o) => new DownsizerModel(i, o, { W, RATIO, FRAME }),
      inputs: uniformBeats(W * RATIO),
      reference: (beats) => unpacked(beats, W, RATIO, FRAME),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
        fullRate: ['m_axis'],
        capacity: { stream: 's_axis', beats: 1 },
        paths: readyPath,
      },
      effort: { beats: 20 },
      turn: RATIO + FRAME,
      verilator: FRAME === 7,
    });
  });
});

describe('width converter', () => {
  const design = buildDesign(WidthConverter);
  // IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT; latency from the first beat in to the first beat out.
  it.each([
    [8, 12, 3, 2, 3, 2, 4],
    [12, 8, 2, 3, 2, 3, 3],
    [3, 7, 7, 3, 5, 2, 6],
    [6, 2, 1, 3, 2, 5, 1],
    [2, 6, 3, 1, 5, 2, 3],
    [1, 7, 7, 1, 7, 1, 7],
  ])('%i to %i bits, %i : %i, frames of %i and %i', async (IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT, cycles) => {
    const params = { IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT };
    await expectAgreement({
      design,
      params,
      model: (i, o) => new WidthConverterModel(i, o, params),
      inputs: uniformBeats(IN_W),
      reference: (beats) => {
        const wide = UP > 1 ? packed(beats, IN_W, UP, FRAME_IN) : [...beats];
        return DOWN > 1 ? unpacked(wide, OUT_W, DOWN, FRAME_OUT) : wide;
      },
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles },
        fullRate: FRAME_IN >= FRAME_OUT ? ['s_axis'] : ['m_axis'],
        // A path that opens once in seven beats is not met by chance.
        ...(UP < 7 ? { paths: readyPath } : {}),
      },
      turn: FRAME_IN + OUT_W,
      verilator: UP === 7 && DOWN === 3,
    });
  });
});
