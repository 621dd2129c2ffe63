/** Weight words of a pass: the columns that the array sees, step by step. */
import type { Engine } from './config.js';
import type { EngineLayer } from './layer.js';
import { tileChannels, type PassPlan } from './passes.js';
import { withoutRowDilation } from './plan/split-layer.js';

/** Reads the weight of an output channel of the layer at (kernel row, kernel column, channel of the layer's input). */
type WeightAt = (channel: number, row: number, column: number, input: number) => number;

function weightReader(layer: EngineLayer): WeightAt {
  const { weights, op, groups, x, y } = withoutRowDilation(layer);
  if (weights === undefined) return () => 0;
  const inner = op === 'dense' ? layer.input.channels / groups : 1;
  const outer = layer.output.channels / groups;
  return (channel, row, column, input) => {
    const own = op === 'dense' ? input - Math.floor(channel / outer) * inner : 0;
    if (own < 0 || own >= inner) return 0;
    return weights[((channel * y.kernel + row) * x.kernel + column) * inner + own] ?? 0;
  };
}

/** Words of every chunk of one weight tile, [chunks][wWords * M * G], column m * G + g innermost. */
export function tileWords(engine: Engine, layer: EngineLayer, pass: PassPlan, tile: number): Int16Array[] {
  return layer.op === 'dw' ? [depthwiseWords(engine, layer, pass, tile)] : denseWords(engine, layer, pass, tile);
}

function denseWords({ G, M }: Engine, layer: EngineLayer, { header, weights }: PassPlan, tile: number): Int16Array[] {
  const read = weightReader(layer);
  const { Cc, Clast, CHN, wWords, NT, KH1, wrap } = header;
  const perRow = Math.ceil(Cc / G);
  const used = tileChannels(M, header, tile);
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
          for (let m = 0; m < used; m++) {
            const value = read(weights.channel0 + tile * M + m, row, column, input);
            words[(group * NT + tap) * M * G + m * G + slice] = value;
          }
        });
      }
    }
    return words;
  });
}

function depthwiseWords({ G, M }: Engine, layer: EngineLayer, { header, weights }: PassPlan, tile: number): Int16Array {
  const read = weightReader(layer);
  const words = new Int16Array(header.wWords * M * G);
  const perRow = Math.ceil(header.NT / G);
  const used = tileChannels(M, header, tile);
  for (let row = 0; row <= header.KH1; row++) {
    weights.columns.forEach((column, tap) => {
      if (column === null) return;
      const word = row * perRow + Math.floor(tap / G);
      for (let m = 0; m < used; m++)
        words[word * M * G + m * G + (tap % G)] = read(weights.channel0 + tile * M + m, row, column, 0);
    });
  }
  return words;
}
