/** Samples to beats of a port and back: element i of a sample is lane i mod lanes of beat floor(i / lanes). */
import type { PortPlan, WeightPort } from './chain.js';
import type { FramedBeat } from './stages/frame.model.js';
import { numberBits, packBigLanes, packLanes, readBigLanes, readLanes } from './stages/lanes.js';

type Lanes = Pick<PortPlan, 'lanes' | 'laneBits' | 'elements' | 'beats'>;

/**
 * Codes [samples][elements] as beats: element 0 in the lowest lane, codes modulo 2^laneBits, zeros behind the last element
 * of a sample, `last` on its last beat. Codes are integers.
 */
export function packSamples({ lanes, laneBits, elements, beats }: Lanes, codes: ArrayLike<number>): FramedBeat[] {
  if (codes.length % elements !== 0)
    throw new RangeError(`${codes.length} codes are not whole samples of ${elements} elements`);
  const samples = codes.length / elements;
  return Array.from({ length: samples * beats }, (_, n) => {
    const beat = n % beats;
    const start = Math.floor(n / beats) * elements;
    const values = Array.from({ length: lanes }, (_, lane) => {
      const element = beat * lanes + lane;
      return element < elements ? (codes[start + element] ?? 0) : 0;
    });
    const data = laneBits <= numberBits ? packLanes(values, laneBits) : packBigLanes(values.map(BigInt), laneBits);
    return { data, last: beat === beats - 1 };
  });
}

/** Codes [samples][elements] of whole samples of beats; lanes are two's complement where `signed`. */
export function unpackSamples(
  { lanes, laneBits, elements, beats }: Lanes,
  data: readonly bigint[],
  signed: boolean,
): Float64Array {
  if (data.length % beats !== 0) throw new RangeError(`${data.length} beats are not whole samples of ${beats}`);
  const codes = new Float64Array((data.length / beats) * elements);
  data.forEach((beat, n) => {
    const start = Math.floor(n / beats) * elements;
    const first = (n % beats) * lanes;
    const values =
      laneBits <= numberBits
        ? readLanes(beat, lanes, laneBits, signed)
        : readBigLanes(beat, lanes, laneBits, signed).map(Number);
    for (let lane = 0; lane < lanes && first + lane < elements; lane++) codes[start + first + lane] = values[lane] ?? 0;
  });
  return codes;
}

/** All words of a weight port once; they are played again and again. */
export const weightBeats = ({ beats }: WeightPort): FramedBeat[] =>
  beats.map((data, k) => ({ data, last: k === beats.length - 1 }));
