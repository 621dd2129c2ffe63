/**
 * A library module examined in all its forms: interpreter, WebAssembly, cycle model, and Verilator where the caller asks.
 *
 * Stall patterns: a run has the twelve kinds on the source side, each with another kind on the sink side; `turn` shifts the
 * pairing, so that the parameter vectors of a module together meet many of the 144 pairs.
 */
import { expect } from 'vitest';
import { measureThroughput } from '../../src/cosim/measure.js';
import { randomStream } from '../../src/base/random.js';
import { type BlockSpec, type Claims, type Effort, verifyBlock } from '../../src/cosim/block-harness.js';
import { bindStream, type BoundModel } from '../../src/cosim/channel-model.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { everyStall, type StallPair } from '../../src/cosim/stalls.js';
import type { StreamSpec } from '../../src/cosim/streams.js';
import type { Design, Image } from '../../src/circuit/index.js';
import { type Channel, channel, compile, type CycleModel, elaborate } from '../../src/simulator/index.js';
import { emitText } from './emit-text.js';

export interface ModuleCase {
  readonly design: Design;
  readonly params: Readonly<Record<string, number>>;
  readonly images?: Readonly<Record<string, Image>>;
  readonly model: (input: Channel<bigint>, output: Channel<bigint>) => CycleModel;
  /** Raw beats of s_axis; fewer are a prefix of the same beats. */
  readonly inputs: (random: ReturnType<typeof randomStream>, count: number) => bigint[];
  /** Beats of m_axis for these. */
  readonly reference: (inputs: readonly bigint[]) => bigint[];
  readonly claims: Claims;
  readonly capacity?: number;
  readonly effort?: Effort;
  readonly turn?: number;
  /** Verilator takes part, where it is installed. */
  readonly verilator?: boolean;
}

/** All twelve kinds on either side, paired by `turn`. */
export function turnedStalls(turn: number): StallPair[] {
  const random = randomStream(BigInt(turn), 'stall');
  const sources = everyStall(random);
  const sinks = everyStall(random);
  return sources.map((source, i) => ({ source, sink: sinks[(i + 5 * turn + 1) % sinks.length] ?? source }));
}

/** A model between s_axis and m_axis, whose beats are packed in one field each. */
export function bindModel(streams: readonly StreamSpec[], make: ModuleCase['model']): BoundModel {
  const [input, output] = [channel(0n), channel(0n)];
  const bound = streams.map((stream) => {
    const wires = stream.role === 'sink' ? input : output;
    return bindStream(
      stream,
      wires,
      (tdata) => ({ tdata }),
      ({ tdata }) => tdata ?? 0n,
    );
  });
  return { model: make(input, output), streams: bound };
}

export async function benchOf(one: ModuleCase): Promise<BlockSpec> {
  const { design, params, images, model, capacity, claims, effort, turn = 0 } = one;
  const bench = await designParticipants({
    design,
    params,
    ...(images && { images }),
    model: (streams) => bindModel(streams, model),
    text: one.verilator === true ? emitText(design, images) : undefined,
    scrambles: [1],
  });
  const circuit = elaborate(design, { params, ...(images && { images }) });
  const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
  const beats = (tdata: readonly bigint[]) => tdata.map((each) => ({ tdata: each }));
  return {
    ...bench,
    participants: [wasm, ...bench.participants],
    subject: design.top,
    params,
    inputs: (random, count) => ({ s_axis: beats(one.inputs(random, count)) }),
    reference: ({ s_axis = [] }) => ({ m_axis: beats(one.reference(s_axis.map(({ tdata = 0n }) => tdata))) }),
    ...(capacity === undefined ? {} : { capacity }),
    claims,
    effort: { beats: 40, resets: 10, stalls: turnedStalls(turn), ...effort },
  };
}

/** All stall pairs pass, with resets in mid-stream where there is a reset, and every claim holds. */
export async function expectAgreement(one: ModuleCase): Promise<void> {
  const bench = await benchOf(one);
  const report = verifyBlock(bench);
  expect(report.failures).toEqual([]);
  expect(report.runs).toBe((one.effort?.stalls?.length ?? 12) + (bench.reset === undefined ? 0 : 1));
}

/** Bubbles among the beats of a stream of unstalled participants, which must all have the same. */
export async function bubblesOf(one: ModuleCase, stream: string, count: number): Promise<number> {
  const { participants, streams, reset, inputs } = await benchOf(one);
  const beats = inputs(randomStream(1n, 'beats'), count);
  const measured = participants.map((participant) =>
    measureThroughput({ participant, streams, inputs: beats, ...(reset === undefined ? {} : { reset }) }, stream),
  );
  const [first] = measured;
  for (const each of measured) expect(each).toEqual(first);
  return first?.bubbles ?? -1;
}

/** Uniform beats of a width. */
export const uniformBeats =
  (width: number): ModuleCase['inputs'] =>
  (random, count) =>
    Array.from({ length: count }, () => random.nextBigInt(width));
