/** Contents of the memories of the stages: words packed in the order that the headers of the modules state. */
import type { Image } from '../circuit/index.js';
import type { ConvStage } from '../network/stages.js';
import { matrixOf, type WeightedStage } from './matrix.js';

/** Packs fields into one word, field 0 in the lowest bits; negative fields in two's complement. */
export function packWord(fields: readonly bigint[], width: number): bigint {
  // Hexadecimal text keeps this linear in the length; shifting a growing bigint would be quadratic.
  let word = 0n;
  let chunk = 0n;
  let chunkBits = 0;
  const chunks: [bigint, number][] = [];
  for (const field of fields) {
    chunk |= BigInt.asUintN(width, field) << BigInt(chunkBits);
    chunkBits += width;
    if (chunkBits >= 1024) {
      chunks.push([chunk, chunkBits]);
      chunk = 0n;
      chunkBits = 0;
    }
  }
  chunks.push([chunk, chunkBits]);
  for (const [bits, count] of chunks.reverse()) word = (word << BigInt(count)) | bits;
  return word;
}

/** Weight memory of a matrix-vector unit: word nf * SF + sf, lane p * SIMD + k, for place sf * SIMD + k of a vector. */
export function weightImage(
  stage: WeightedStage,
  PE: number,
  SIMD: number,
  width: number,
  columnAt = (place: number): number => place,
): Image {
  const { rows: MH, columns: MW } = matrixOf(stage);
  const bipolar = stage.weight.kind === 'bipolar';
  const words: bigint[] = [];
  for (let nf = 0; nf < MH / PE; nf++) {
    for (let sf = 0; sf < MW / SIMD; sf++) {
      const fields: bigint[] = [];
      for (let p = 0; p < PE; p++) {
        const row = (nf * PE + p) * MW;
        for (let k = 0; k < SIMD; k++) {
          const value = stage.weights[row + columnAt(sf * SIMD + k)]!;
          fields.push(bipolar ? (value > 0 ? 1n : 0n) : BigInt(value));
        }
      }
      words.push(packWord(fields, width));
    }
  }
  return { file: `${stage.name}_weights.mem`, width: PE * SIMD * width, words };
}

/** Weight memory of a depthwise unit, a convolution with one channel in and out a group: word f * K + k, lane p. */
export function depthwiseImage(stage: ConvStage, PE: number, width: number): Image {
  const { channels, window } = stage;
  const K = window.y.kernel * window.x.kernel;
  const bipolar = stage.weight.kind === 'bipolar';
  const words = Array.from({ length: (channels / PE) * K }, (_, word) => {
    const [fold, k] = [Math.floor(word / K), word % K];
    const values = Array.from({ length: PE }, (_, p) => stage.weights[(fold * PE + p) * K + k] ?? 0);
    return packWord(
      values.map((value) => (bipolar ? (value > 0 ? 1n : 0n) : BigInt(value))),
      width,
    );
  });
  return { file: `${stage.name}_weights.mem`, width: PE * width, words };
}

/** Memory with one word a group of PE channels and `perChannel` fields a channel. */
export function channelImage(
  file: string,
  channels: number,
  PE: number,
  width: number,
  fieldsOf: (channel: number) => readonly bigint[],
): Image {
  const words: bigint[] = [];
  for (let fold = 0; fold < channels / PE; fold++) {
    const fields = Array.from({ length: PE }, (_, p) => fieldsOf(fold * PE + p)).flat();
    words.push(packWord(fields, width));
  }
  return { file, width: PE * fieldsOf(0).length * width, words };
}
