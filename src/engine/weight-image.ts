/** Weight words of a pass: the columns that the array sees, step by step. */
import type { Engine } from './config.js';
import type { EngineLayer } from './layer.js';
import { tileChannels, type PassPlan } from './passes.js';
import { withoutRowDilation } from './plan/split-layer.js';

/** Weights at one place of the kernel: (kernel row, kernel column, channel of the layer's input). */
interface KernelPlace {
  readonly row: number;
  readonly column: number;
  readonly input: number;
}
/** Puts weights of `count` output channels of the layer from `channel` on to `words`, `step` apart from `at` on. */
type PutWeights = (
  words: Int16Array,
  at: number,
  step: number,
  channel: number,
  count: number,
  of: KernelPlace,
) => void;

function weightPutter(layer: EngineLayer): PutWeights {
  const { weights, op, groups, x, y } = withoutRowDilation(layer);
  if (weights === undefined) return () => undefined;
  const inner = op === 'dense' ? layer.input.channels / groups : 1;
  const outer = layer.output.channels / groups;
  const size = y.kernel * x.kernel * inner;
  return (words, at, step, channel, count, { row, column, input }) => {
    const place = (row * x.kernel + column) * inner;
    for (let m = 0; m < count; m++) {
      const own = op === 'dense' ? input - Math.floor((channel + m) / outer) * inner : 0;
      if (own >= 0 && own < inner) words[at + m * step] = weights[(channel + m) * size + place + own] ?? 0;
    }
  };
}

/** Words of every chunk of one weight tile, [chunks][wWords * M * G], column m * G + g innermost. */
export function tileWords(engine: Engine, layer: EngineLayer, pass: PassPlan, tile: number): Int16Array[] {
  return layer.op === 'dw' ? [depthwiseWords(engine, layer, pass, tile)] : denseWords(engine, layer, pass, tile);
}

function denseWords({ G, M }: Engine, layer: EngineLayer, { header, weights }: PassPlan, tile: number): Int16Array[] {
  const put = weightPutter(layer);
  const { Cc, Clast, CHN, wWords, NT, KH1, wrap } = header;
  const perRow = Math.ceil(Cc / G);
  const used = tileChannels(M, header, tile);
  const channel0 = weights.channel0 + tile * M;
  return Array.from({ length: CHN }, (_, chunk) => {
    const words = new Int16Array(wWords * M * G);
    const present = chunk === CHN - 1 ? Clast : Cc;
    for (let group = 0; group < wWords / NT; group++) {
      for (let slice = 0; slice < G; slice++) {
        const pair = group * G + slice;
        const row = wrap ? Math.floor(pair / Cc) : Math.floor(group / perRow);
        const ci = wrap ? pair % Cc : (group % perRow) * G + slice;
        if (row > KH1 || ci >= present) continue;
        const input = weights.input0 + chunk * Cc + ci;
        weights.columns.forEach((column, tap) => {
          if (column === null) return;
          put(words, (group * NT + tap) * M * G + slice, G, channel0, used, { row, column, input });
        });
      }
    }
    return words;
  });
}

function depthwiseWords({ G, M }: Engine, layer: EngineLayer, { header, weights }: PassPlan, tile: number): Int16Array {
  const put = weightPutter(layer);
  const words = new Int16Array(header.wWords * M * G);
  const perRow = Math.ceil(header.NT / G);
  const used = tileChannels(M, header, tile);
  const channel0 = weights.channel0 + tile * M;
  for (let row = 0; row <= header.KH1; row++) {
    weights.columns.forEach((column, tap) => {
      if (column === null) return;
      const word = row * perRow + Math.floor(tap / G);
      put(words, word * M * G + (tap % G), G, channel0, used, { row, column, input: 0 });
    });
  }
  return words;
}
