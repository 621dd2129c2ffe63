/**
 * A module with any streams examined in all its forms: interpreter, WebAssembly, cycle model, and Verilator where the caller
 * asks. `module-bench.ts` is the case of one stream in and one out.
 */
import { expect } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { type BlockSpec, type Claims, type Effort, verifyBlock } from '../../src/cosim/block-harness.js';
import { bindStream, type BoundModel } from '../../src/cosim/channel-model.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { everyStall, type StallPair } from '../../src/cosim/stalls.js';
import type { StreamSpec } from '../../src/cosim/streams.js';
import type { Design, Image } from '../../src/circuit/index.js';
import { type Channel, channel, compile, type CycleModel, elaborate } from '../../src/simulator/index.js';
import { emitText } from './emit-text.js';

/** Raw beats by stream. */
export type RawBeats = Readonly<Record<string, readonly bigint[]>>;

export interface StreamsCase {
  readonly design: Design;
  readonly params: Readonly<Record<string, number>>;
  readonly images?: Readonly<Record<string, Image>>;
  /** The cycle model between channels, one a stream, found by name. */
  readonly model: (channelOf: (stream: string) => Channel<bigint>) => CycleModel;
  /** Beats of all streams into the module; fewer are a prefix of the same beats. */
  readonly inputs: (random: ReturnType<typeof randomStream>, count: number) => RawBeats;
  /** Beats of all streams out of it for these. */
  readonly reference: (inputs: RawBeats) => RawBeats;
  readonly claims: Claims;
  readonly capacity?: number;
  readonly effort?: Effort;
  readonly turn?: number;
  /** Verilator takes part, where it is installed. */
  readonly verilator?: boolean;
}

/**
 * All twelve kinds of stalls on the source side, each with another kind on the sink side; `turn` shifts the pairing, so that
 * the parameter vectors of a module together meet many of the 144 pairs.
 */
export function turnedStalls(turn: number): StallPair[] {
  const random = randomStream(BigInt(turn), 'stall');
  const sources = everyStall(random);
  const sinks = everyStall(random);
  return sources.map((source, i) => ({ source, sink: sinks[(i + 5 * turn + 1) % sinks.length] ?? source }));
}

/** A model between streams whose beats are packed in one field each. */
export function bindStreams(streams: readonly StreamSpec[], make: StreamsCase['model']): BoundModel {
  const channels = new Map(streams.map(({ name }) => [name, channel(0n)]));
  const channelOf = (name: string): Channel<bigint> => {
    const found = channels.get(name);
    if (found === undefined) throw new Error(`the module has no stream ${name}`);
    return found;
  };
  const bound = streams.map((stream) =>
    bindStream(
      stream,
      channelOf(stream.name),
      (tdata) => ({ tdata }),
      ({ tdata }) => tdata ?? 0n,
    ),
  );
  return { model: make(channelOf), streams: bound };
}

const fields = (beats: RawBeats) =>
  Object.fromEntries(Object.entries(beats).map(([name, list]) => [name, list.map((tdata) => ({ tdata }))]));

export async function streamsBench(one: StreamsCase): Promise<BlockSpec> {
  const { design, params, images, model, capacity, claims, effort, turn = 0 } = one;
  const bench = await designParticipants({
    design,
    params,
    ...(images && { images }),
    model: (streams) => bindStreams(streams, model),
    text: one.verilator === true ? emitText(design, images) : undefined,
    scrambles: [1],
  });
  const circuit = elaborate(design, { params, ...(images && { images }) });
  const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
  return {
    ...bench,
    participants: [wasm, ...bench.participants],
    subject: design.top,
    params,
    inputs: (random, count) => fields(one.inputs(random, count)),
    reference: (inputs) => {
      const raw = Object.entries(inputs).map(([name, list]) => [name, list.map(({ tdata = 0n }) => tdata)] as const);
      return fields(one.reference(Object.fromEntries(raw)));
    },
    ...(capacity === undefined ? {} : { capacity }),
    claims,
    effort: { beats: 40, resets: 10, stalls: turnedStalls(turn), ...effort },
  };
}

/** All stall pairs pass, with resets in mid-stream where there is a reset, and every claim holds. */
export async function expectStreamsAgree(one: StreamsCase): Promise<void> {
  const bench = await streamsBench(one);
  const report = verifyBlock(bench);
  expect(report.failures).toEqual([]);
  expect(report.runs).toBe((one.effort?.stalls?.length ?? 12) + (bench.reset === undefined ? 0 : 1));
}
