/** Reading foldings: our object form, the short list form, and FINN's folding files. */
import { HeddleError } from '../base/diagnostics.js';
import type { StageNetwork } from '../network/stages.js';
import type { FoldingSource } from './errors.js';
import { weightModes } from './weights/place-weights.js';
import { checkFolding, type Folding, type LayerFolding, weightedStages } from './folding.js';
import { type MultStyle, multStyles, type RamStyle, ramStyles } from './layer-styles.js';

/** Parses and checks the text of a folding file (H2101 .. H2104). Layers it leaves out are absent. */
export function readFolding(text: string, network: StageNetwork, file?: string): Folding {
  const source: FoldingSource = {
    ...(file === undefined ? {} : { file }),
    lineOf: (layer) => {
      const line = text.split('\n').findIndex((candidate) => candidate.includes(`"${layer}"`));
      return line < 0 ? undefined : line + 1;
    },
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(`is not JSON (${error instanceof Error ? error.message : String(error)})`, source);
  }
  return checkFolding(network, foldingFromJson(value, network, source), source);
}

/** Depths of the FIFOs that belong to no layer: the entry `fifos` of a folding file, by name. H2104 for other than whole depths. */
export function readFifos(text: string, file?: string): Readonly<Record<string, number>> {
  const value = JSON.parse(text) as { readonly fifos?: unknown };
  const { fifos = {} } = Array.isArray(value) ? {} : value;
  const whole = (depth: unknown): boolean => Number.isInteger(depth) && (depth as number) >= 1;
  if (typeof fifos !== 'object' || fifos === null || !Object.values(fifos).every(whole)) {
    const source = file === undefined ? {} : { file };
    throw malformed("entry 'fifos' is not an object of depths in whole beats", source);
  }
  return fifos as Readonly<Record<string, number>>;
}

function foldingFromJson(value: unknown, network: StageNetwork, source: FoldingSource): Folding {
  const stages = weightedStages(network);
  if (Array.isArray(value)) {
    if (value.length > stages.length) {
      const message = `lists ${value.length} layers, the network has ${stages.length} with weights`;
      throw malformed(message, source, 'H2101');
    }
    return Object.fromEntries(
      value.map((pair: unknown, k) => {
        if (!Array.isArray(pair) || pair.length < 2) throw malformed(`entry ${k + 1} is not [PE, SIMD]`, source);
        const [PE, SIMD] = pair as unknown[];
        return [stages[k]!.name, layerFrom({ PE, SIMD }, stages[k]!.name, source)];
      }),
    );
  }
  if (typeof value !== 'object' || value === null) throw malformed('is neither an object nor a list', source);
  const entries = Object.entries(value as Record<string, unknown>).filter(
    ([key]) => key !== 'Defaults' && key !== 'fifos',
  );
  return Object.fromEntries(
    entries.flatMap(([key, entry]) => {
      const finn = /^(?:MVAU|MatrixVectorActivation|MVU)\w*?_(\d+)$/.exec(key);
      // FINN lists every node; only the matrix units fold here.
      if (finn === null && /^(?:Thresholding|StreamingFIFO|StreamingDataWidthConverter|LabelSelect)\w*_\d+$/.test(key))
        return [];
      const name = finn === null ? key : (stages[Number(finn[1])]?.name ?? key);
      return [[name, layerFrom(entry, name, source)]];
    }),
  );
}

function layerFrom(entry: unknown, name: string, source: FoldingSource): LayerFolding {
  if (typeof entry !== 'object' || entry === null) throw malformed(`entry '${name}' is not an object`, source);
  const given = entry as Readonly<Record<string, unknown>>;
  const { PE, SIMD, fifo, inFIFODepth, weights } = given;
  if (typeof PE !== 'number' || typeof SIMD !== 'number')
    throw malformed(`entry '${name}' lacks a number PE or SIMD`, source);
  const depth = fifo ?? inFIFODepth;
  if (depth !== undefined && typeof depth !== 'number')
    throw malformed(`entry '${name}': fifo is not a number`, source);
  const style = <S extends string>(key: string, styles: readonly S[]): S | undefined => {
    const found = styles.find((each) => each === given[key]);
    if (given[key] === undefined || found !== undefined) return found;
    const choice = `is not one of ${styles.join(' ')}`;
    throw malformed(`entry '${name}': ${key} ${JSON.stringify(given[key])} ${choice}`, source);
  };
  const mult: MultStyle | undefined = style('mult_style', multStyles) ?? style('resType', multStyles);
  const ram: RamStyle | undefined = style('ram_style', ramStyles);
  const windowRam: RamStyle | undefined = style('window_ram_style', ramStyles);
  const mode = weightModes.find((each) => each === weights);
  if (weights !== undefined && mode === undefined) {
    throw malformed(
      `entry '${name}': weights ${JSON.stringify(weights)} is not one of ${weightModes.join(' ')}`,
      source,
    );
  }
  return {
    PE,
    SIMD,
    ...(depth === undefined ? {} : { fifo: depth }),
    ...(mult === undefined ? {} : { mult_style: mult }),
    ...(ram === undefined ? {} : { ram_style: ram }),
    ...(windowRam === undefined ? {} : { window_ram_style: windowRam }),
    ...(mode === undefined ? {} : { weights: mode }),
  };
}

function malformed(what: string, source: FoldingSource, code = 'H2104'): HeddleError {
  const file = source.file ?? 'folding';
  return new HeddleError({
    code,
    message: `the folding ${what}`,
    places: [{ file }],
    fix: 'write { "<layer>": { "PE": 4, "SIMD": 8 } } or [[PE, SIMD], ...]',
  });
}
