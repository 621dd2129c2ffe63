/** The blocks of the library by module name, for the verbs that take one: what it is, how it is built, values that work. */

import * as arith from '../blocks/arith/index.js';
import * as axi from '../blocks/axi/index.js';
import * as cdc from '../blocks/cdc/index.js';
import { makeRegisterFile } from '../blocks/registers/index.js';
import { sampleRegisters } from '../blocks/registers/sample.js';
import * as serial from '../blocks/serial/index.js';
import * as stream from '../blocks/stream/index.js';
import { Scoreboard, StreamSink, StreamSource } from '../blocks/testbench/index.js';
import { Argmax } from '../dataflow/stages/argmax.js';
import { type Arithmetic, arithmetics } from '../dataflow/stages/arithmetic.js';
import { Depthwise } from '../dataflow/stages/depthwise.js';
import { Add } from '../dataflow/stages/add.js';
import { Concat } from '../dataflow/stages/concat.js';
import { Duplicate } from '../dataflow/stages/duplicate.js';
import { Pool } from '../dataflow/stages/pool.js';
import { PoolGlobal } from '../dataflow/stages/pool-global.js';
import { BorderScale } from '../dataflow/stages/border-scale.js';
import { Upsample } from '../dataflow/stages/upsample.js';
import { Frame } from '../dataflow/stages/frame.js';
import { LaneExtend, LaneTruncate } from '../dataflow/stages/lane-resize.js';
import { Lookup } from '../dataflow/stages/lookup.js';
import { Matvec, MatvecMapped, MatvecStream } from '../dataflow/stages/matvec.js';
import { PatchWindow } from '../dataflow/stages/patch-window.js';
import { makeRequantize, requantizeName, type RequantizeKind, roundings } from '../dataflow/stages/requantize.js';
import { SlidingWindow } from '../dataflow/stages/sliding-window.js';
import { Thresholds } from '../dataflow/stages/thresholds.js';
import { FrameToken } from '../dataflow/weights/frame-token.js';
import { TlastCheck } from '../dataflow/weights/tlast-check.js';
import { WeightStoreStream } from '../dataflow/weights/weight-store-stream.js';
import { WeightStore } from '../dataflow/weights/weight-store.js';
import { WeightStreamer } from '../dataflow/weights/weight-streamer.js';
import { makeDataflowControl } from '../soc/dataflow-control.js';
import { FrameCommands } from '../soc/frame-commands.js';
import { FrameGate } from '../soc/frame-gate.js';
import { FrameReader } from '../soc/frame-reader.js';
import { FrameWriter } from '../soc/frame-writer.js';
import { ListFetch } from '../soc/list-fetch.js';
import { ListReader } from '../soc/list-reader.js';
import { ListTransfers } from '../soc/list-transfers.js';
import { ListWriter } from '../soc/list-writer.js';
import { WeightCast } from '../soc/weight-cast.js';
import { WeightLoader } from '../soc/weight-loader.js';
import { engineBlocks } from './engine-blocks.js';
import { block, type ParamNumbers, type RegisteredBlock } from './registered-block.js';

export type { ParamNumbers, RegisteredBlock } from './registered-block.js';

/** Operand widths of an arithmetic, and the shift of its products where they have more than one bit. */
function operands(arithmetic: Arithmetic): ParamNumbers {
  const binary = arithmetic.startsWith('x');
  const X_W = binary || arithmetic.startsWith('b') ? 1 : 4;
  const W_W = binary || arithmetic.endsWith('b') ? 1 : 3;
  return { X_W, W_W, ...(binary ? {} : { P_SHIFT: 0 }), ACC_W: 16 };
}

/** Weights in a ROM, in a memory outside of the unit, and as a stream. */
function matvecs(): RegisteredBlock[] {
  const sizes = { MH: 4, MW: 6, PE: 2, SIMD: 3 };
  const family = `matvec_{${arithmetics.join(',')}}`;
  const grouped = (arithmetic: Arithmetic): ParamNumbers => ({ ...sizes, GROUPS: 1, ...operands(arithmetic) });
  return [
    ...arithmetics.map((each) => block(Matvec[each], grouped(each), family)),
    ...arithmetics.map((each) => block(MatvecMapped[each], grouped(each), `${family}_mapped`)),
    ...arithmetics.map((each) => block(MatvecStream[each], { ...sizes, ...operands(each) }, `${family}_stream`)),
  ];
}

function depthwise(arithmetic: Arithmetic): RegisteredBlock {
  const example = { PE: 2, FOLDS: 2, K: 4, ...operands(arithmetic) };
  return block(Depthwise[arithmetic], example, `depthwise_{${arithmetics.join(',')}}`);
}

function requantizers(): RegisteredBlock[] {
  const kinds = [true, false].flatMap((signedInput) =>
    roundings.flatMap((rounding) =>
      [false, true].flatMap((relu) => [
        { signedInput, rounding, relu, overflow: 'wrap', signedOutput: true } as const,
        { signedInput, rounding, relu, overflow: 'saturate', signedOutput: true } as const,
        { signedInput, rounding, relu, overflow: 'saturate', signedOutput: false } as const,
      ]),
    ),
  );
  const family = `requantize_{s,u}_{${roundings.join(',')}}[_relu]_{wrap,sat_s,sat_u}`;
  const example = { PE: 2, FOLDS: 3, X_W: 6, M_W: 4, A_W: 8, T_W: 15, SHIFT: 5, OUT_W: 5 };
  const of = (kind: RequantizeKind, name: string, values: RegisteredBlock['example']): RegisteredBlock =>
    block(makeRequantize(kind), values, name, requantizeName(kind));
  const plain = { signedInput: true, relu: false, overflow: 'saturate', signedOutput: true } as const;
  const ends = `{${roundings.join(',')}}[_zp]_sat_s`;
  const { PE, FOLDS, X_W, M_W, A_W, T_W, SHIFT, OUT_W } = example;
  const rest = { A_W, T_W, SHIFT, OUT_W };
  const zero = roundings.map((rounding) => ({ ...plain, rounding, zeroPoint: true }) as const);
  const both = [...roundings.map((rounding) => ({ ...plain, rounding })), ...zero];
  const others = [
    ...zero.map((kind) => of(kind, `requantize_s_{${roundings.join(',')}}_zp_sat_s`, example)),
    ...both.map((kind) =>
      of({ ...kind, scale: 'shift' }, `requantize_shift_s_${ends}`, { PE, FOLDS, X_W, E_MAX: M_W, ...rest }),
    ),
    ...both.map((kind) =>
      of({ ...kind, scale: 'none' }, `requantize_none_s_${ends}`, { PE, FOLDS, X_W, LEFT: 1, ...rest }),
    ),
  ];
  return [...kinds.map((kind) => of(kind, family, example)), ...others];
}

/** Float32 to fixed point, with a format built in or beside every number. */
function floatCasts(): RegisteredBlock[] {
  const family = `float_cast_{s,u}_{${roundings.join(',')}}`;
  const types = ['signed', 'unsigned'] as const;
  return [
    ...types.flatMap((type) =>
      roundings.map((each) => block(arith.makeFloatCast(type, each), { W: 6, FRAC: 3 }, family)),
    ),
    ...roundings.map((each) =>
      block(arith.makeFloatCastFormat(each), { W: 16 }, `float_cast_format_{${roundings.join(',')}}`),
    ),
  ];
}

const window = {
  ...{ H: 4, W: 5, FOLDS: 2, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PB: 1, PL: 1, PR: 1 },
  ...{ SIMD: 2, X_W: 4, PAD: 0, DEPTH: 40 },
};
const { DEPTH: _, ...patches } = window;
const master = { ADDR_W: 20, LEN_W: 20, BYTES: 4, BURST: 4, OUTSTANDING: 2, DEPTH: 4 };
const resizing = { W: 4, RATIO: 3, FRAME: 5 };
const lanes = { N: 3, IN_W: 5, OUT_W: 5 };

/** Streams and arithmetic first, then the stages of networks and the parts of the engine, then parts of test benches. */
export const registeredBlocks: readonly RegisteredBlock[] = [
  block(stream.RegisterSlice, { W: 8 }),
  block(stream.Fifo, { W: 8, DEPTH: 4 }),
  block(stream.Upsizer, resizing),
  block(stream.Downsizer, resizing),
  block(stream.WidthConverter, { IN_W: 8, OUT_W: 12, UP: 3, DOWN: 2, FRAME_IN: 3, FRAME_OUT: 2 }),
  block(stream.Gearbox, { UNIT: 4, IN: 3, OUT: 2 }),
  block(stream.Broadcast, { W: 8, N: 3 }),
  block(axi.AxiLiteSubordinate, { ADDR_W: 6, OUTSTANDING: 2 }),
  block(axi.AxiLiteMemory, { ADDR_W: 6, WORDS: 8, OUTSTANDING: 2 }),
  block(makeRegisterFile(sampleRegisters), { OUTSTANDING: 2 }),
  block(axi.AccessMemory, { ADDR_W: 4, WORDS: 8 }),
  block(axi.makeAccessDecoder(3), { WINDOW_W: 8, A0_W: 3, A1_W: 8, A2_W: 1 }),
  block(axi.AxiBursts, { WORD_W: 18, COUNT_W: 19, BURST: 4 }),
  block(axi.AxiAlign, { BYTES: 4, COUNT_W: 19 }),
  block(axi.AxiReadPort, { ADDR_W: 20, BYTES: 4, OUTSTANDING: 2 }),
  block(axi.AxiReadStream, master),
  block(axi.AxiReadMaster, master),
  block(axi.AxiWritePort, { ADDR_W: 20, BYTES: 4, OUTSTANDING: 2 }),
  block(axi.AxiWriteStream, master),
  block(axi.AxiWriteMaster, master),
  block(cdc.AsyncFifo, { W: 8, DEPTH: 8, STAGES: 2 }),
  block(cdc.BitSynchronizer, { STAGES: 2 }),
  block(cdc.ResetSynchronizer, { STAGES: 2 }),
  block(serial.UartReceiver, { CLOCKS: 4 }),
  block(serial.UartTransmitter, { CLOCKS: 4 }),
  block(serial.SerialBridge, { CLOCKS: 4, IN: 2, OUT: 2 }),
  block(arith.MacArray, { ROWS: 2, COLS: 3, A_W: 4, W_W: 4, ACC_W: 12 }),
  block(arith.MacPe, { A_W: 4, W_W: 4, ACC_W: 12 }),
  ...floatCasts(),
  block(Frame, { W: 8, FRAME: 3 }),
  block(LaneTruncate, { ...lanes, OUT_W: 3 }),
  block(LaneExtend.signed, { ...lanes, OUT_W: 8 }),
  block(LaneExtend.unsigned, { ...lanes, OUT_W: 8 }),
  block(LaneExtend.bipolar, { N: 3, IN_W: 1, OUT_W: 2 }),
  block(Duplicate, { W: 8 }),
  ...Object.values(Add).map((add) => block(add, { PE: 2, X0_W: 5, X1_W: 6, OUT_W: 8 }, 'add_{uu,us,su,ss}')),
  block(Concat, { W: 8, FOLDS0: 2, FOLDS1: 1 }),
  block(Upsample, { W: 8, FOLDS: 2, COLUMNS: 3, FY: 2, FX: 2 }),
  ...Object.values(Pool).map((pool) => block(pool, { PE: 2, K: 4, X_W: 5, OUT_W: 5 }, 'pool_{max,sum}_{s,u}')),
  ...Object.values(PoolGlobal).map((pool) =>
    block(pool, { PE: 2, FOLDS: 2, PIXELS: 4, X_W: 5, OUT_W: 5 }, 'pool_global_{max,sum}_{s,u}'),
  ),
  ...Object.values(BorderScale).map((scale) =>
    block(
      scale,
      { PE: 2, FOLDS: 2, ROWS: 3, COLUMNS: 2, X_W: 5, Y_FACTOR_W: 2, X_FACTOR_W: 1, OUT_W: 8 },
      'border_scale_{s,u}',
    ),
  ),
  ...matvecs(),
  block(WeightStore, { W: 33, WORDS: 4, FRAME: 4 }),
  block(WeightStoreStream, { W: 33, WORDS: 4, FRAME: 4 }),
  block(WeightStreamer, { W: 8, WORDS: 4 }),
  block(FrameToken, { W: 8, BEATS: 4, TOKENS: 2 }),
  block(TlastCheck, { W: 8, FRAME: 4 }),
  block(Lookup, { PE: 2, ENTRIES: 16, OUT_W: 4 }),
  ...arithmetics.map(depthwise),
  block(PatchWindow, patches),
  ...Object.values(SlidingWindow).map((sliding) => block(sliding, window, 'sliding_window{,_groups}')),
  ...[Thresholds.signed, Thresholds.unsigned].map((thresholds) =>
    block(thresholds, { PE: 2, FOLDS: 2, LEVELS: 3, X_W: 5, OUT_W: 2, LOWEST: 0 }, 'thresholds_{s,u}'),
  ),
  ...[Argmax.signed, Argmax.unsigned].map((argmax) => block(argmax, { N: 6, PE: 2, X_W: 5, OUT_W: 3 })),
  ...requantizers(),
  ...engineBlocks,
  block(FrameGate, { W: 8, BEATS: 3 }),
  block(FrameReader.same, master, 'frame_reader[_geared]'),
  block(FrameReader.geared, { ...master, OUT: 3 }, 'frame_reader[_geared]'),
  block(FrameWriter.same, master, 'frame_writer[_geared]'),
  block(FrameWriter.geared, { ...master, IN: 3 }, 'frame_writer[_geared]'),
  block(ListFetch, { ADDR_W: 33, LEN_W: 32, WORDS: 1 }),
  block(ListTransfers, { ADDR_W: 33, LEN_W: 32, WORDS: 1 }),
  block(ListReader, { ADDR_W: 33, WORDS: 1 }),
  block(ListWriter, { ADDR_W: 33, WORDS: 1 }),
  block(FrameCommands, { ADDR_W: 24, LEN_W: 20, BYTES: 5 }),
  ...(['stream', 'mapped'] as const).flatMap((memory) =>
    [false, true].map((programmable) =>
      block(
        makeDataflowControl({ memory, programmable }),
        { BUILD: 1, SAMPLE: 8, RESULT: 4 },
        'dataflow_control_{stream,mapped}[_weights]',
      ),
    ),
  ),
  block(WeightCast, {}),
  block(WeightLoader, { LAYERS: 2, WINDOW_W: 4 }),
  block(StreamSource, { W: 8, FRAME: 4, STALL: 64, SEED: 1, PACE: 65535, COUNT: 100 }),
  block(StreamSink, { W: 8, STALL: 64, SEED: 2 }),
  block(Scoreboard, { W: 8, DEPTH: 4, PATIENCE: 100 }),
];

const byName: ReadonlyMap<string, RegisteredBlock> = new Map(registeredBlocks.map((each) => [each.name, each]));

export const registeredBlock = (name: string): RegisteredBlock | undefined => byName.get(name);
