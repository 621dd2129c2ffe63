/** From one layer and the places of its tensors to the passes that compute it. */
import { binaryProblems } from '../binary-weights.js';
import { HeddleError } from '../../base/diagnostics.js';
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import { checkHeader } from '../header-rules.js';
import { emptyHeader, opCodes, type Header } from '../header.js';
import type { EngineLayer } from '../layer.js';
import type { PassPlan } from '../passes.js';
import { depthwiseReduction, type Reduction } from '../reduction.js';
import { tapProgram, type TapProgram } from '../tap-program.js';
import type { TensorPlace } from '../tensor-place.js';
import { checkRequant, requantFields, residualFields } from './requant-header.js';
import { chooseChunks, groupsPerPass, withoutRowDilation } from './split-layer.js';

/** Where a layer's tensors are, and which part of it is computed. */
export interface LayerPlacement {
  readonly input: TensorPlace;
  /** Results go to the X-RAM. Its `phases` are the horizontal stride of the reader. */
  readonly output?: TensorPlace;
  /** Results go to m_axis_y. */
  readonly axis: boolean;
  readonly residual?: TensorPlace;
  /** Output rows that are computed; default all. */
  readonly strip?: { readonly row0: number; readonly rows: number };
  /** Row tokens that are posted before the first row of the input; absent: no waiting, the rows are there. */
  readonly tokens?: number;
  /** Waits until everything before is written. Needed when an input was written by the pass before. */
  readonly flush?: boolean;
  /** Raises done behind the last pass. */
  readonly last?: boolean;
  /** Weights of the passes before are used again, or stay for the passes behind (one pass, one chunk). */
  readonly weights?: { readonly reuse: boolean; readonly keep: boolean };
}

/**
 * The passes of a layer, in order: per strip of rows that the partial sums have room for, per group of channels that shares
 * nothing. Throws H2203 to H2208, all problems of a pass at once.
 */
export function planLayer(engine: Engine, layer: EngineLayer, placement: LayerPlacement): PassPlan[] {
  const flat = withoutRowDilation(layer);
  const { name } = flat;
  checkShapes(engine, flat, placement);
  const program = tapProgram(flat.x, engine.P, name);
  if (flat.weights === undefined && program.columns.includes(null))
    throw engineError('H2206', name, 'pooling whose taps leave gaps (padding or dilation) has no mode');
  const strip = placement.strip ?? { row0: 0, rows: flat.output.height };
  const perPass = flat.op === 'dense' ? groupsPerPass(engine, flat, program.taps.length) : flat.groups;
  const parts = flat.op === 'dense' ? flat.groups / perPass : 1;
  const [inputs, channels] = [flat.input.channels / parts, flat.output.channels / parts];
  const { reduction, rowsPerPass } = reductionOf(engine, flat, program, { inputs, channels, rows: strip.rows });
  const passes: PassPlan[] = [];
  for (let row = 0; row < strip.rows; row += rowsPerPass) {
    for (let part = 0; part < parts; part++) {
      const last = placement.last === true && row + rowsPerPass >= strip.rows && part === parts - 1;
      const rows = { row0: strip.row0 + row, rows: Math.min(rowsPerPass, strip.rows - row) };
      const span = { input0: part * inputs, inputs, channel0: part * channels, channels };
      const header = passHeader(engine, flat, { program, reduction, placement, rows, span, last });
      const { taps, columns } = program;
      const weights = { ...span, columns };
      passes.push({
        layer: name,
        header,
        taps,
        rows: reduction.rows,
        weights,
        row0: rows.row0,
        unsigned: unsignedResults(engine, flat),
      });
    }
  }
  const problems = passes.flatMap((pass) => checkHeader(engine, pass.header, name));
  if (engine.WB === 1) problems.push(...binaryProblems(engine, flat, passes));
  if (problems.length > 0) throw new HeddleError(problems);
  return passes;
}

/** Codes of the results are unsigned. */
function unsignedResults({ XB }: Engine, { requant, residual }: EngineLayer): boolean {
  const { hi } = residual?.second ?? requant;
  return hi >= 2 ** (XB - 1);
}

function checkShapes(engine: Engine, layer: EngineLayer, { input }: LayerPlacement): void {
  const { name, y, op } = layer;
  const problems = [
    ...checkRequant(engine, layer.requant, name),
    ...(layer.residual ? checkRequant(engine, layer.residual.second, `${name} (residual)`) : []),
  ];
  if (problems.length > 0) throw new HeddleError(problems);
  if (y.kernel > engine.KMAX)
    throw engineError('H2204', name, `the kernel has ${y.kernel} rows, the engine takes ${engine.KMAX} (KMAX)`);
  if (op !== 'dense' && input.group0 !== 0)
    throw engineError('H2206', name, 'the input of a depthwise layer or of pooling must begin at bank 0');
  if (op !== 'dense' && layer.input.channels !== layer.output.channels)
    throw engineError('H2206', name, 'a depthwise layer has as many outputs as inputs');
}

function reductionOf(
  engine: Engine,
  layer: EngineLayer,
  program: TapProgram,
  pass: { readonly inputs: number; readonly channels: number; readonly rows: number },
): { reduction: Reduction; rowsPerPass: number } {
  const kernel = { rows: layer.y.kernel, taps: program.taps.length };
  if (layer.op === 'dense')
    return chooseChunks(engine, kernel, { ...pass, tiles: Math.ceil(layer.output.width / engine.P) }, layer.name);
  const reduction = depthwiseReduction(engine, kernel, layer.op === 'dw');
  if (reduction.words > engine.WD)
    throw engineError('H2208', layer.name, `${reduction.words} weight words, the ring has ${engine.WD} (WD)`);
  return { reduction, rowsPerPass: pass.rows };
}

interface PassParts {
  readonly program: TapProgram;
  readonly reduction: Reduction;
  readonly placement: LayerPlacement;
  readonly rows: { readonly row0: number; readonly rows: number };
  readonly span: {
    readonly input0: number;
    readonly inputs: number;
    readonly channel0: number;
    readonly channels: number;
  };
  readonly last: boolean;
}

function passHeader(engine: Engine, layer: EngineLayer, parts: PassParts): Header {
  const { program, reduction, placement, rows, span, last } = parts;
  const { op } = layer;
  const pad = op === 'max' ? (layer.unsigned ? 0 : -(2 ** (engine.XB - 1))) : op === 'sum' ? 0 : layer.padValue;
  const hasWeights = layer.weights === undefined ? 0 : 1;
  const tiles = Math.ceil(span.channels / engine.M);
  const lastTile = span.channels - (tiles - 1) * engine.M;
  const xt = Math.ceil(layer.output.width / engine.P);
  return {
    ...emptyHeader,
    ...{ op: opCodes[op], wrap: reduction.wrap && op === 'dense' ? 1 : 0, hasWeights, pad },
    ...{ dstXram: placement.output ? 1 : 0, dstAxis: placement.axis ? 1 : 0, last: last ? 1 : 0 },
    ...{ flush: placement.flush ? 1 : 0, res: layer.residual ? 1 : 0, inUnsigned: layer.unsigned ? 1 : 0 },
    ...{ wReuse: placement.weights?.reuse ? 1 : 0, wKeep: placement.weights?.keep ? 1 : 0 },
    ...requantFields(engine, layer.requant),
    ...(layer.residual ? residualFields(engine, layer.residual) : {}),
    ...{ Ho: rows.rows, XT: xt, NT: program.taps.length, KH1: layer.y.kernel - 1, SH: layer.y.stride },
    ...{ Mlast: lastTile, gLast: Math.ceil(lastTile / engine.D), OTN: tiles, CHN: reduction.chunks },
    ...{ wWords: reduction.words },
    ...inputFields(engine, layer, parts, pad === 0 || op === 'max' || op === 'sum'),
    ...(placement.output ? outputFields(engine, placement.output, span.channel0, rows.row0) : {}),
    ...(placement.residual ? residualPlace(engine, placement.residual, span.channel0, rows.row0) : {}),
  };
}

function inputFields(engine: Engine, layer: EngineLayer, parts: PassParts, maySkip: boolean): Partial<Header> {
  const { reduction, placement, rows, span } = parts;
  const { input, tokens } = placement;
  const { y, op } = layer;
  // Row 0 of the pass is the first row that its first output row looks at; padding above stays padding.
  const firstRow = rows.row0 * y.stride - y.pad;
  const row0 = Math.min(Math.max(0, firstRow), input.height - 1);
  const padT = Math.max(0, row0 - firstRow);
  const H = input.height - row0;
  const skipRows = maySkip && everyRowSees(y.kernel, y.stride, padT, H, rows.rows);
  const line = input.group0 * engine.D + (op === 'dense' ? span.input0 : 0);
  const needed = (row: number): number => row0 + row * y.stride + y.kernel - padT;
  const xSlot0 = row0 % input.ring;
  const dense = op === 'dense';
  const { chunkChannels, chunks } = reduction;
  return {
    ...{
      padT,
      H,
      skipRows: skipRows ? 1 : 0,
      W: Math.ceil(input.width / input.phases),
      wMod: input.width % input.phases,
    },
    ...(dense ? { Cc: chunkChannels, Clast: span.inputs - (chunks - 1) * chunkChannels } : {}),
    ...{ xCh0: line % engine.M, xBase: input.base + Math.floor(line / engine.M) * input.blockStride },
    ...{ xRow: input.rowStride, xBlk: input.blockStride, xPhase: input.phaseStride, xRing: input.ring },
    ...{ xSlot0, xOff0: xSlot0 * input.rowStride },
    ...(dense
      ? { cMod: chunkChannels % engine.M, xChunk: Math.floor(chunkChannels / engine.M) * input.blockStride }
      : {}),
    ...(tokens === undefined
      ? {}
      : {
          ...{ tokCheck: 1, tokFirst: (tokens + needed(0)) & 0xffff, tokStep: y.stride },
          tokMax: (tokens + input.height) & 0xffff,
        }),
  };
}

/** True where every output row has a kernel row inside of the image: then rows of padding can be left out. */
function everyRowSees(kernel: number, stride: number, padT: number, H: number, rows: number): boolean {
  for (let row = 0; row < rows; row++) {
    const first = Math.max(0, padT - row * stride);
    const end = Math.min(kernel, H + padT - row * stride);
    if (first >= end) return false;
  }
  return true;
}

function outputFields(engine: Engine, place: TensorPlace, channel0: number, row0: number): Partial<Header> {
  const line = place.group0 * engine.D + channel0;
  return {
    yBase: place.base + Math.floor(line / engine.M) * place.blockStride,
    yGrp0: (line % engine.M) / engine.D,
    ...{ yRow: place.rowStride, yBlk: place.blockStride, yRing: place.ring, ySlot0: row0 % place.ring },
    ...{ yPhase: place.phaseStride, ySW: place.phases },
  };
}

/** The residual is read at the slots of the output: both have the same ring. */
function residualPlace(engine: Engine, place: TensorPlace, channel0: number, row0: number): Partial<Header> {
  const line = place.group0 * engine.D + channel0;
  return {
    rBase: place.base + Math.floor(line / engine.M) * place.blockStride,
    rGrp0: (line % engine.M) / engine.D,
    ...{ rRow: place.rowStride, rBlk: place.blockStride, yRing: place.ring, ySlot0: row0 % place.ring },
  };
}
