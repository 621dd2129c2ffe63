/** hls4ml configuration files, both dialects, to {@link Hls4mlConfig}. All problems are listed at once. */
import { parse } from 'yaml';
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import type { FixedType } from '../network/fixed-type.js';
import type { Hls4mlConfig, Hls4mlLayer } from '../network/hls4ml-config.js';
import type { RoundingMode } from '../network/stages.js';
import { importDiagnostic, importError } from './errors.js';
import { asObject, asText, type Json } from './json.js';

const roundings: Readonly<Record<string, RoundingMode>> = {
  TRN: 'floor',
  RND: 'half-up',
  RND_CONV: 'half-even',
  RND_INF: 'half-away',
  TRN_ZERO: 'to-zero',
};

/** `ap_fixed<W,I[,rounding[,overflow]]>`, `ap_ufixed`, `ap_int<W>`, `ap_uint<W>`, also without `ap_`; undefined otherwise. */
export function parseFixedType(text: string): FixedType | undefined {
  const match = /^\s*(?:ap_)?(u?)(fixed|int)\s*<\s*([^>]*)>\s*$/.exec(text);
  if (!match) return undefined;
  const parts = (match[3] ?? '').split(',').map((part) => part.trim());
  const bits = Number(parts[0]);
  const whole = match[2] === 'int';
  const integer = whole ? bits : Number(parts[1]);
  const rounding = roundings[(parts[2] ?? 'AP_TRN').replace(/^AP_/, '')];
  const overflow = { WRAP: 'wrap', SAT: 'saturate' }[(parts[3] ?? 'AP_WRAP').replace(/^AP_/, '')] as
    FixedType['overflow'] | undefined;
  if (parts.length > (whole ? 1 : 4) || !Number.isInteger(bits) || !Number.isInteger(integer) || !rounding || !overflow)
    return undefined;
  if (bits < 1 || bits > 64 || Math.abs(integer) > 64) return undefined;
  return { bits, integer, signed: match[1] === '', rounding, overflow };
}

interface Reader {
  readonly file: string;
  readonly problems: Diagnostic[];
}

/** A type at a place of the file, or undefined where there is none; an unreadable one is reported. */
function typeAt(reader: Reader, value: unknown, place: string): FixedType | undefined {
  if (value === undefined || value === null) return undefined;
  const text = asText(value);
  const type = text === undefined ? undefined : parseFixedType(text);
  if (!type)
    reader.problems.push(
      importDiagnostic('H3010', reader.file, `${place}: precision ${JSON.stringify(value)} is not read`, place),
    );
  return type;
}

const without = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;

/** `Precision` is one type for the result, or one per variable; `default` stands for those not named. */
function layerOf(reader: Reader, name: string, value: unknown): Hls4mlLayer {
  const layer = asObject(value) ?? {};
  const precision = asObject(layer.Precision);
  const at = (key: string): FixedType | undefined => typeAt(reader, precision?.[key], `${name}.Precision.${key}`);
  const accum = typeAt(reader, layer.accum_t, `${name}.accum_t`) ?? at('accum') ?? at('accum_t');
  if (!precision) return without<Hls4mlLayer>({ result: typeAt(reader, layer.Precision, `${name}.Precision`), accum });
  const fallback = at('default');
  return without<Hls4mlLayer>({
    weight: at('weight') ?? fallback,
    bias: at('bias') ?? fallback,
    scale: at('scale') ?? fallback,
    result: at('result') ?? fallback,
    accum,
  });
}

function layersOf(reader: Reader, value: unknown): Map<string, Hls4mlLayer> {
  return new Map(Object.entries(asObject(value) ?? {}).map(([name, layer]) => [name, layerOf(reader, name, layer)]));
}

/** `HLSConfig: { Model, LayerName }` with `input_precision` at the top: the output is cast to it as well. */
function hlsConfigDialect(
  reader: Reader,
  top: Json,
  hls: Json,
): Omit<Hls4mlConfig, 'model'> & { model: FixedType | undefined } {
  const model = asObject(hls.Model);
  const precision = asObject(model?.Precision)?.default ?? model?.Precision;
  const input = typeAt(reader, top.input_precision, 'input_precision');
  return {
    model: typeAt(reader, precision, 'HLSConfig.Model.Precision'),
    layers: layersOf(reader, hls.LayerName),
    ...(input ? { input, output: input } : {}),
    removeSoftmax: Boolean(top.RemoveSoftmax),
  };
}

/** `convert: { Precision, Override, RemoveSoftmax }`: nothing is cast behind the last layer. */
function convertDialect(reader: Reader, convert: Json): Omit<Hls4mlConfig, 'model'> & { model: FixedType | undefined } {
  return {
    model: typeAt(reader, convert.Precision, 'convert.Precision'),
    layers: layersOf(reader, convert.Override),
    removeSoftmax: Boolean(convert.RemoveSoftmax),
  };
}

/** Reads the text of a YAML file. Throws H3009 (no configuration) or H3010 (types). */
export function parseHls4mlYaml(text: string, file: string): Hls4mlConfig {
  let top: Json | undefined;
  try {
    top = asObject(parse(text, { logLevel: 'error' }));
  } catch (error) {
    throw importError('H3009', file, `${file}: not YAML (${(error as Error).message.split('\n')[0] ?? ''})`);
  }
  const hls = asObject(top?.HLSConfig);
  const convert = asObject(top?.convert);
  const reader: Reader = { file, problems: [] };
  if (!top || (!hls && !convert)) throw importError('H3009', file, `${file}: holds neither HLSConfig nor convert`);
  const config = hls ? hlsConfigDialect(reader, top, hls) : convertDialect(reader, convert ?? {});
  if (!config.model && reader.problems.length === 0)
    reader.problems.push(
      importDiagnostic(
        'H3010',
        file,
        `${file}: no precision for the whole model`,
        hls ? 'HLSConfig.Model.Precision' : 'convert.Precision',
      ),
    );
  if (reader.problems.length > 0 || !config.model) throw new HeddleError(reader.problems);
  return { ...config, model: config.model };
}
