/** Where the codes of each stage can be seen in a chain: the stream that leaves the last of its modules. */
import type { Stage, StageNetwork } from '../network/stages.js';
import type { Chain } from './chain.js';
import { beatsPerSample, outputWidth } from './chain-streams.js';
import { numberBits, readBigLanes, readLanes } from './stages/lanes.js';

/** A stream that carries the elements of a stage, element 0 of a sample in the lowest bits of its first beat. */
export interface StageStream {
  readonly stage: string;
  readonly stream: string;
  readonly lanes: number;
  /** Bits of an element. */
  readonly width: number;
  /** Of one sample. */
  readonly elements: number;
  readonly beats: number;
}

/** In the order of the stages; a stage that is nothing but wires (a duplicate) has none. */
export function stageStreams(chain: Chain, network: StageNetwork): StageStream[] {
  const beats = beatsPerSample(chain);
  return network.stages.flatMap(({ name, outputs }) => {
    const exit = chain.nodes.filter(({ stage }) => stage === name).at(-1);
    const [stream] = exit?.outputs ?? [];
    if (exit === undefined || stream === undefined) return [];
    const perSample = beats.get(stream) ?? 1;
    const lanes = lanesOf(outputWidth(exit), outputs, perSample);
    if (lanes === undefined) return [];
    return [{ stage: name, stream, lanes, width: outputWidth(exit) / lanes, elements: outputs, beats: perSample }];
  });
}

/** The lanes of beats of `bits` bits of which `beats` carry `elements` elements; the last beat may be short. */
function lanesOf(bits: number, elements: number, beats: number): number | undefined {
  for (let lanes = Math.ceil(elements / beats); lanes <= bits; lanes++) {
    if (Math.ceil(elements / lanes) !== beats) return undefined;
    if (bits % lanes === 0) return lanes;
  }
  return undefined;
}

/** The first element of a stage that differs from what it should be. */
export interface StageDifference {
  readonly stage: Stage;
  readonly sample: number;
  readonly element: number;
  /** Bits as they were, and as they should have been: both modulo 2^width. Undefined where the beat never came. */
  readonly actual: bigint | undefined;
  readonly expected: bigint;
}

/**
 * Compares beats seen on the streams of stages with the codes of the integer executor, stage by stage in network order.
 *
 * `expected` holds [samples][elements] for every stage of the network, `seen` the beats by name of a stream.
 */
export function firstDifference(
  network: StageNetwork,
  streams: readonly StageStream[],
  expected: readonly Float64Array[],
  seen: ReadonlyMap<string, readonly bigint[]>,
): StageDifference | undefined {
  for (const [index, stage] of network.stages.entries()) {
    const at = streams.find((each) => each.stage === stage.name);
    const codes = expected[index];
    if (at === undefined || codes === undefined) continue;
    const beats = seen.get(at.stream) ?? [];
    const samples = codes.length / at.elements;
    for (let n = 0; n < samples * at.beats; n++) {
      const sample = Math.floor(n / at.beats);
      const first = (n % at.beats) * at.lanes;
      const beat = beats[n];
      const lanes = beat === undefined ? undefined : lanesOfBeat(beat, at);
      for (let lane = 0; lane < at.lanes && first + lane < at.elements; lane++) {
        const element = first + lane;
        const wanted = BigInt.asUintN(at.width, BigInt(codes[sample * at.elements + element] ?? 0));
        const actual = lanes?.[lane];
        if (actual !== wanted) return { stage, sample, element, actual, expected: wanted };
      }
    }
  }
  return undefined;
}

function lanesOfBeat(beat: bigint, { lanes, width }: StageStream): readonly bigint[] {
  return width <= numberBits
    ? Array.from(readLanes(beat, lanes, width, false), BigInt)
    : readBigLanes(beat, lanes, width, false);
}

/** Where an element lies: channel and pixel of an image, or its number in a vector. */
export function placeOfElement(stage: Stage, element: number): string {
  const channels = channelsOf(stage);
  if (channels === undefined) return `element ${element}`;
  const [pixel, channel] = [Math.floor(element / channels.count), element % channels.count];
  return `channel ${channel}, row ${Math.floor(pixel / channels.width)}, column ${pixel % channels.width}`;
}

/** Channels and columns of a stage's output, where that is an image. */
function channelsOf(stage: Stage): { readonly count: number; readonly width: number } | undefined {
  switch (stage.kind) {
    case 'conv':
      return { count: stage.channels, width: stage.window.x.count };
    case 'pool':
      return { count: stage.image.channels, width: stage.window.x.count };
    case 'add':
    case 'concat':
      return { count: stage.image.channels, width: stage.image.width };
    case 'upsample':
      return { count: stage.image.channels, width: stage.image.width * stage.factorX };
    case 'dense':
    case 'elementwise':
    case 'argmax':
    case 'duplicate':
      return undefined;
  }
}
