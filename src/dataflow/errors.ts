/** Numbered errors of the dataflow back end (H21xx). */
import type { Diagnostic, Place } from '../base/diagnostics.js';

/** Where a folding was written, for messages: the file and the text of each layer's entry. */
export interface FoldingSource {
  readonly file?: string;
  /** Line of a layer's entry. */
  readonly lineOf?: (layer: string) => number | undefined;
}

export function foldingPlace(source: FoldingSource, layer: string, text: string): Place {
  const line = source.lineOf?.(layer);
  return { ...(source.file === undefined ? {} : { file: source.file }), ...(line === undefined ? {} : { line }), text };
}

/** `what`: name and value, `PE 7`; `noun`: what `total` counts. */
export function notDividing(
  code: 'H2102' | 'H2103',
  layer: string,
  what: string,
  total: number,
  noun: string,
  place: Place,
): Diagnostic {
  return {
    code,
    message: `${layer}: ${what} does not divide ${total} ${noun}`,
    places: [place],
    fix: `legal ${what.split(' ')[0]}: ${divisors(total).join(' ')}`,
  };
}

/** All divisors, ascending. */
export function divisors(n: number): readonly number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue;
    low.push(d);
    if (d * d !== n) high.unshift(n / d);
  }
  return [...low, ...high];
}

export const explanations: Readonly<Record<string, string>> = {
  H2101:
    'A folding names a layer that the network does not have, or lists more layers than it has. Only layers with weights fold; build prints their names, and build/<name>/folding.json lists them.',
  H2102:
    'SIMD is the number of inputs that a layer takes in one cycle. It must divide the number of inputs, so that every cycle does the same work. A depthwise layer takes one input of each of its PE channels: its SIMD is 1.',
  H2103:
    'PE is the number of outputs that a layer computes at a time. It must divide the number of outputs, so that every group of outputs has the same size. A depthwise layer computes PE channels at a time.',
  H2104:
    'A folding file is a JSON object with one entry a layer, { "<layer>": { "PE": 4, "SIMD": 8, "fifo": 32 } }, or a list of [PE, SIMD] pairs in network order. FINN files with MVAU_<n> keys and Defaults are read too.',
  H2105: 'A stream port has whole bytes: its width is a multiple of 8 and holds at least one element of the network.',
  H2106: 'The dataflow back end has no hardware for this stage yet.',
  H2107:
    'A branch of the network is full while the stage where the branches meet waits for the other one, and the fork in front of both waits for the full one: nothing moves any more. The streams of this circle are named. The FIFO on the full branch must hold what arrives until the other branch gives its first beat, also when beats come late and the pipelines of its branch hold few; without a depth in the folding file it is sized so that it does.',
};
