/**
 * A library module with one stream in and one out examined in all its forms, see `streams-bench.ts`.
 */
import { expect } from 'vitest';
import { measureThroughput } from '../../src/cosim/measure.js';
import { randomStream } from '../../src/base/random.js';
import type { BlockSpec } from '../../src/cosim/block-harness.js';
import type { BoundModel } from '../../src/cosim/channel-model.js';
import type { StreamSpec } from '../../src/cosim/streams.js';
import { type Channel, type CycleModel } from '../../src/simulator/index.js';
import { bindStreams, expectStreamsAgree, type StreamsCase, streamsBench } from './streams-bench.js';

export { turnedStalls } from './streams-bench.js';

export interface ModuleCase extends Omit<StreamsCase, 'model' | 'inputs' | 'reference'> {
  readonly model: (input: Channel<bigint>, output: Channel<bigint>) => CycleModel;
  /** Raw beats of s_axis; fewer are a prefix of the same beats. */
  readonly inputs: (random: ReturnType<typeof randomStream>, count: number) => bigint[];
  /** Beats of m_axis for these. */
  readonly reference: (inputs: readonly bigint[]) => bigint[];
}

const onStreams = (one: ModuleCase): StreamsCase => ({
  ...one,
  model: (channelOf) => one.model(channelOf('s_axis'), channelOf('m_axis')),
  inputs: (random, count) => ({ s_axis: one.inputs(random, count) }),
  reference: ({ s_axis = [] }) => ({ m_axis: one.reference(s_axis) }),
});

/** A model between s_axis and m_axis, whose beats are packed in one field each. */
export function bindModel(streams: readonly StreamSpec[], make: ModuleCase['model']): BoundModel {
  return bindStreams(streams, (channelOf) => make(channelOf('s_axis'), channelOf('m_axis')));
}

export function benchOf(one: ModuleCase): Promise<BlockSpec> {
  return streamsBench(onStreams(one));
}

/** All stall pairs pass, with resets in mid-stream where there is a reset, and every claim holds. */
export function expectAgreement(one: ModuleCase): Promise<void> {
  return expectStreamsAgree(onStreams(one));
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
