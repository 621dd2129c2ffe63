/** Every module of the library with parameter vectors for its text: defaults, ones, neighbours of powers of two. */
import * as arith from '../../src/blocks/arith/index.js';
import * as axi from '../../src/blocks/axi/index.js';
import * as cdc from '../../src/blocks/cdc/index.js';
import { makeRegisterFile } from '../../src/blocks/registers/index.js';
import { sampleRegisters } from '../../src/blocks/registers/sample.js';
import * as serial from '../../src/blocks/serial/index.js';
import * as stream from '../../src/blocks/stream/index.js';
import { Scoreboard, StreamSink, StreamSource } from '../../src/blocks/testbench/index.js';
import { Add, additions } from '../../src/dataflow/stages/add.js';
import { Argmax } from '../../src/dataflow/stages/argmax.js';
import { Concat } from '../../src/dataflow/stages/concat.js';
import { Depthwise } from '../../src/dataflow/stages/depthwise.js';
import { Duplicate } from '../../src/dataflow/stages/duplicate.js';
import { BorderScale } from '../../src/dataflow/stages/border-scale.js';
import { Lookup } from '../../src/dataflow/stages/lookup.js';
import { Frame } from '../../src/dataflow/stages/frame.js';
import { LaneExtend, LaneTruncate } from '../../src/dataflow/stages/lane-resize.js';
import { type Arithmetic, arithmetics, isBinary } from '../../src/dataflow/stages/arithmetic.js';
import { Matvec, MatvecMapped, MatvecStream } from '../../src/dataflow/stages/matvec.js';
import { Pool } from '../../src/dataflow/stages/pool.js';
import { PoolGlobal } from '../../src/dataflow/stages/pool-global.js';
import { PatchWindow } from '../../src/dataflow/stages/patch-window.js';
import { makeRequantize, roundings } from '../../src/dataflow/stages/requantize.js';
import { SlidingWindow } from '../../src/dataflow/stages/sliding-window.js';
import { Thresholds } from '../../src/dataflow/stages/thresholds.js';
import { FrameToken } from '../../src/dataflow/weights/frame-token.js';
import { TlastCheck } from '../../src/dataflow/weights/tlast-check.js';
import { WeightStore } from '../../src/dataflow/weights/weight-store.js';
import { WeightStoreStream } from '../../src/dataflow/weights/weight-store-stream.js';
import { WeightStreamer } from '../../src/dataflow/weights/weight-streamer.js';
import { Upsample } from '../../src/dataflow/stages/upsample.js';
import { makeDataflowControl } from '../../src/soc/dataflow-control.js';
import { FrameCommands } from '../../src/soc/frame-commands.js';
import { FrameGate } from '../../src/soc/frame-gate.js';
import { FrameReader } from '../../src/soc/frame-reader.js';
import { FrameWriter } from '../../src/soc/frame-writer.js';
import { ListFetch } from '../../src/soc/list-fetch.js';
import { ListReader } from '../../src/soc/list-reader.js';
import { ListTransfers } from '../../src/soc/list-transfers.js';
import { ListWriter } from '../../src/soc/list-writer.js';
import { WeightLoader } from '../../src/soc/weight-loader.js';
import { WeightCast } from '../../src/soc/weight-cast.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs } from '../../src/hdl/index.js';
import type { Design } from '../../src/circuit/index.js';

type Vector = Readonly<Record<string, number>>;
export interface LibraryModule {
  readonly template: ModuleTemplate<ParamSpecs, never>;
  readonly design: Design;
  readonly vectors: readonly Vector[];
}

const entry = (made: unknown, vectors: readonly Vector[]): LibraryModule => {
  const template = made as ModuleTemplate<ParamSpecs, never>;
  return { template, design: buildDesign(template), vectors };
};

const widths = [1, 2, 7, 8, 33].map((W) => ({ W }));
const resizers = [
  { W: 1, RATIO: 2, FRAME: 1 },
  { W: 8, RATIO: 3, FRAME: 5 },
  { W: 3, RATIO: 7, FRAME: 7 },
  { W: 16, RATIO: 4, FRAME: 4 },
  { W: 5, RATIO: 8, FRAME: 17 },
];
const lanes = [
  { N: 1, IN_W: 4, OUT_W: 4 },
  { N: 3, IN_W: 5, OUT_W: 5 },
  { N: 8, IN_W: 8, OUT_W: 8 },
];
/** Operand widths: a bipolar one is a bit. */
const operandWidths = (a: Arithmetic): readonly [number, number] => [
  a.startsWith('b') || a.startsWith('x') ? 1 : 5,
  a.endsWith('b') || a.startsWith('x') ? 1 : 4,
];
/** Without a weight stream there are groups; where a product has more than one bit it can lose some. */
const vectors = (a: Arithmetic, groups = true) => {
  const [X_W, W_W] = operandWidths(a);
  return [
    { MH: 1, MW: 1, PE: 1, SIMD: 1, X_W, W_W, ACC_W: 24 },
    { MH: 4, MW: 6, PE: 4, SIMD: 6, X_W, W_W, ACC_W: 24 },
    { MH: 6, MW: 9, PE: 2, SIMD: 3, X_W, W_W, ACC_W: 25 },
    { MH: 5, MW: 8, PE: 1, SIMD: 8, X_W, W_W, ACC_W: 26 },
    { MH: 7, MW: 5, PE: 7, SIMD: 1, X_W, W_W, ACC_W: 23 },
  ].map((sizes, k) => ({
    ...sizes,
    ...(groups ? { GROUPS: [1, 2, 1, 3, 5][k]! } : {}),
    ...(isBinary(a) ? {} : { P_SHIFT: [0, 1, 2, 0, 1][k]! }),
  }));
};
const depthwise = (a: Arithmetic) => {
  const [X_W, W_W] = operandWidths(a);
  return [
    { PE: 1, FOLDS: 1, K: 1, X_W, W_W, ACC_W: 24 },
    { PE: 4, FOLDS: 1, K: 9, X_W, W_W, ACC_W: 23 },
    { PE: 3, FOLDS: 2, K: 4, X_W, W_W, ACC_W: 25 },
    { PE: 1, FOLDS: 5, K: 3, X_W, W_W, ACC_W: 26 },
    { PE: 7, FOLDS: 3, K: 1, X_W, W_W, ACC_W: 27 },
  ].map((sizes, k) => ({ ...sizes, ...(isBinary(a) ? {} : { P_SHIFT: [0, 1, 2, 0, 1][k]! }) }));
};
const thresholds = [
  { PE: 1, FOLDS: 1, LEVELS: 1, X_W: 1, OUT_W: 1, LOWEST: 0 },
  { PE: 3, FOLDS: 2, LEVELS: 3, X_W: 9, OUT_W: 2, LOWEST: 2 },
  { PE: 2, FOLDS: 5, LEVELS: 7, X_W: 16, OUT_W: 3, LOWEST: 4 },
  { PE: 4, FOLDS: 1, LEVELS: 15, X_W: 20, OUT_W: 4, LOWEST: 0 },
  { PE: 1, FOLDS: 3, LEVELS: 2, X_W: 5, OUT_W: 8, LOWEST: 128 },
];
const requantizers = [
  { PE: 1, FOLDS: 1, X_W: 1, M_W: 1, A_W: 1, T_W: 5, SHIFT: 0, OUT_W: 1 },
  { PE: 2, FOLDS: 3, X_W: 16, M_W: 8, A_W: 20, T_W: 27, SHIFT: 5, OUT_W: 8 },
  { PE: 3, FOLDS: 1, X_W: 11, M_W: 17, A_W: 33, T_W: 35, SHIFT: 1, OUT_W: 11 },
  { PE: 1, FOLDS: 4, X_W: 20, M_W: 2, A_W: 4, T_W: 25, SHIFT: 16, OUT_W: 4 },
  { PE: 2, FOLDS: 2, X_W: 8, M_W: 8, A_W: 40, T_W: 42, SHIFT: 20, OUT_W: 16 },
];

const windows = [
  { ...{ H: 1, W: 1, FOLDS: 1, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1, PT: 0, PB: 0, PL: 0, PR: 0 }, DEPTH: 1 },
  { ...{ H: 5, W: 7, FOLDS: 3, KH: 3, KW: 2, SH: 2, SW: 1, DH: 1, DW: 2, PT: 0, PB: 1, PL: 2, PR: 0 }, DEPTH: 64 },
  { ...{ H: 9, W: 8, FOLDS: 1, KH: 1, KW: 1, SH: 4, SW: 3, DH: 1, DW: 1, PT: 0, PB: 0, PL: 0, PR: 0 }, DEPTH: 2 },
  { ...{ H: 16, W: 15, FOLDS: 2, KH: 7, KW: 4, SH: 2, SW: 2, DH: 1, DW: 1, PT: 3, PB: 3, PL: 1, PR: 2 }, DEPTH: 255 },
  { ...{ H: 4, W: 4, FOLDS: 4, KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PB: 1, PL: 1, PR: 1 }, DEPTH: 33 },
].map((sizes, k) => ({ ...sizes, SIMD: 1 + k, X_W: 1 + 3 * k, PAD: k }));

const plainRequantizer = { signedInput: true, relu: false, overflow: 'saturate', signedOutput: true } as const;

/** Bits by which the sum of a pool is wider than its values. */
const growth = (name: string, k: number): number => (name.startsWith('sum') ? 2 * k : 0);

const stores = [
  { W: 1, WORDS: 1, FRAME: 1 },
  { W: 32, WORDS: 2, FRAME: 4 },
  { W: 33, WORDS: 3, FRAME: 3 },
  { W: 65, WORDS: 16, FRAME: 48 },
  { W: 128, WORDS: 17, FRAME: 17 },
];
const patchWindows = [
  { ...{ H: 1, W: 2, FOLDS: 1, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1 }, ...{ PT: 0, PB: 0, PL: 0, PR: 0 } },
  { ...{ H: 5, W: 7, FOLDS: 3, KH: 3, KW: 2, SH: 2, SW: 1, DH: 1, DW: 2 }, ...{ PT: 0, PB: 1, PL: 2, PR: 0 } },
  { ...{ H: 9, W: 8, FOLDS: 2, KH: 1, KW: 3, SH: 4, SW: 3, DH: 1, DW: 1 }, ...{ PT: 0, PB: 0, PL: 1, PR: 1 } },
  { ...{ H: 16, W: 15, FOLDS: 1, KH: 4, KW: 1, SH: 2, SW: 2, DH: 3, DW: 1 }, ...{ PT: 3, PB: 3, PL: 0, PR: 2 } },
  { ...{ H: 4, W: 4, FOLDS: 4, KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1 }, ...{ PT: 1, PB: 1, PL: 1, PR: 1 } },
].map((sizes, k) => ({ ...sizes, SIMD: 1 + k, X_W: 1 + 2 * k, PAD: k % 2 }));

const masters = [
  { ADDR_W: 20, LEN_W: 20, BYTES: 2, BURST: 2, OUTSTANDING: 1, DEPTH: 2 },
  { ADDR_W: 32, LEN_W: 24, BYTES: 4, BURST: 16, OUTSTANDING: 3, DEPTH: 17 },
  { ADDR_W: 40, LEN_W: 32, BYTES: 8, BURST: 256, OUTSTANDING: 8, DEPTH: 512 },
  { ADDR_W: 64, LEN_W: 31, BYTES: 16, BURST: 64, OUTSTANDING: 4, DEPTH: 65 },
  { ADDR_W: 33, LEN_W: 21, BYTES: 32, BURST: 128, OUTSTANDING: 7, DEPTH: 129 },
];

/** By module name, without the children of composed modules. */
export const library: readonly LibraryModule[] = [
  entry(stream.RegisterSlice, widths),
  entry(
    stream.Fifo,
    [1, 2, 3, 4, 5, 16, 17].map((DEPTH, k) => ({ W: 1 + 3 * k, DEPTH })),
  ),
  entry(stream.Upsizer, resizers),
  entry(stream.Downsizer, resizers),
  entry(stream.WidthConverter, [
    { IN_W: 8, OUT_W: 12, UP: 3, DOWN: 2, FRAME_IN: 3, FRAME_OUT: 2 },
    { IN_W: 5, OUT_W: 5, UP: 2, DOWN: 2, FRAME_IN: 1, FRAME_OUT: 1 },
    { IN_W: 4, OUT_W: 12, UP: 3, DOWN: 1, FRAME_IN: 4, FRAME_OUT: 2 },
    { IN_W: 12, OUT_W: 3, UP: 1, DOWN: 4, FRAME_IN: 1, FRAME_OUT: 3 },
    { IN_W: 1, OUT_W: 7, UP: 7, DOWN: 1, FRAME_IN: 7, FRAME_OUT: 1 },
  ]),
  entry(stream.Gearbox, [
    { UNIT: 1, IN: 1, OUT: 1 },
    { UNIT: 8, IN: 3, OUT: 2 },
    { UNIT: 32, IN: 7, OUT: 4 },
    { UNIT: 7, IN: 1, OUT: 5 },
    { UNIT: 16, IN: 8, OUT: 1 },
  ]),
  entry(stream.Broadcast, [
    { W: 1, N: 1 },
    { W: 8, N: 2 },
    { W: 3, N: 3 },
    { W: 5, N: 5 },
    { W: 9, N: 8 },
  ]),
  entry(arith.MacPe, [
    { A_W: 1, W_W: 1, ACC_W: 2 },
    { A_W: 4, W_W: 7, ACC_W: 11 },
    { A_W: 9, W_W: 3, ACC_W: 40 },
    { A_W: 8, W_W: 8, ACC_W: 33 },
    { A_W: 2, W_W: 5, ACC_W: 7 },
  ]),
  entry(arith.MacArray, [
    { ROWS: 1, COLS: 1, A_W: 1, W_W: 1, ACC_W: 2 },
    { ROWS: 3, COLS: 5, A_W: 4, W_W: 7, ACC_W: 11 },
    { ROWS: 5, COLS: 2, A_W: 9, W_W: 3, ACC_W: 40 },
    { ROWS: 2, COLS: 1, A_W: 8, W_W: 8, ACC_W: 33 },
    { ROWS: 1, COLS: 4, A_W: 2, W_W: 5, ACC_W: 7 },
  ]),
  ...[arith.makeFloatCast('signed', 'half_even'), arith.makeFloatCast('unsigned', 'floor')].map((cast) =>
    entry(cast, [
      { W: 1, FRAC: 0 },
      { W: 8, FRAC: 133 },
      { W: 7, FRAC: 3 },
      { W: 32, FRAC: 31 },
      { W: 25, FRAC: 24 },
    ]),
  ),
  entry(
    arith.makeFloatCastFormat('half_even'),
    [2, 7, 8, 31, 32].map((W) => ({ W })),
  ),
  entry(axi.AxiLiteSubordinate, [
    { ADDR_W: 3, OUTSTANDING: 1 },
    { ADDR_W: 4, OUTSTANDING: 2 },
    { ADDR_W: 12, OUTSTANDING: 3 },
    { ADDR_W: 32, OUTSTANDING: 4 },
    { ADDR_W: 17, OUTSTANDING: 5 },
  ]),
  entry(makeRegisterFile(sampleRegisters), [{ OUTSTANDING: 1 }, { OUTSTANDING: 4 }]),
  entry(axi.AccessMemory, [
    { ADDR_W: 1, WORDS: 1 },
    { ADDR_W: 1, WORDS: 2 },
    { ADDR_W: 4, WORDS: 16 },
    { ADDR_W: 30, WORDS: 17 },
    { ADDR_W: 8, WORDS: 100 },
  ]),
  entry(axi.makeAccessDecoder(3), [
    { WINDOW_W: 1, A0_W: 1, A1_W: 1, A2_W: 1 },
    { WINDOW_W: 8, A0_W: 3, A1_W: 8, A2_W: 1 },
    { WINDOW_W: 5, A0_W: 5, A1_W: 5, A2_W: 5 },
    { WINDOW_W: 16, A0_W: 4, A1_W: 9, A2_W: 15 },
    { WINDOW_W: 27, A0_W: 27, A1_W: 2, A2_W: 3 },
  ]),
  entry(
    axi.AxiBursts,
    masters.map(({ ADDR_W, LEN_W, BURST }) => ({ WORD_W: ADDR_W - 2, COUNT_W: LEN_W - 1, BURST })),
  ),
  entry(
    axi.AxiAlign,
    masters.map(({ BYTES, LEN_W }) => ({ BYTES, COUNT_W: LEN_W })),
  ),
  ...[axi.AxiReadPort, axi.AxiWritePort].map((port) =>
    entry(
      port,
      masters.map(({ ADDR_W, BYTES, OUTSTANDING }) => ({ ADDR_W, BYTES, OUTSTANDING })),
    ),
  ),
  ...[axi.AxiReadStream, axi.AxiReadMaster, axi.AxiWriteStream, axi.AxiWriteMaster].map((each) => entry(each, masters)),
  entry(axi.AxiLiteMemory, [
    { ADDR_W: 3, WORDS: 1, OUTSTANDING: 1 },
    { ADDR_W: 3, WORDS: 2, OUTSTANDING: 2 },
    { ADDR_W: 6, WORDS: 13, OUTSTANDING: 3 },
    { ADDR_W: 12, WORDS: 64, OUTSTANDING: 4 },
    { ADDR_W: 32, WORDS: 65, OUTSTANDING: 5 },
  ]),
  entry(
    cdc.AsyncFifo,
    [2, 4, 8, 16, 32].map((DEPTH, k) => ({ W: 1 + 5 * k, DEPTH, STAGES: 2 + k })),
  ),
  ...[cdc.BitSynchronizer, cdc.ResetSynchronizer].map((block) =>
    entry(
      block,
      [2, 3, 4, 5, 8].map((STAGES) => ({ STAGES })),
    ),
  ),
  ...[serial.UartReceiver, serial.UartTransmitter].map((block) =>
    entry(
      block,
      [4, 5, 12, 16, 104].map((CLOCKS) => ({ CLOCKS })),
    ),
  ),
  entry(serial.SerialBridge, [
    { CLOCKS: 4, IN: 1, OUT: 1 },
    { CLOCKS: 5, IN: 2, OUT: 1 },
    { CLOCKS: 12, IN: 1, OUT: 3 },
    { CLOCKS: 16, IN: 4, OUT: 2 },
    { CLOCKS: 104, IN: 8, OUT: 8 },
  ]),
  ...arithmetics.map((a) => entry(Matvec[a], vectors(a))),
  // The text of the arithmetic is the same in all forms.
  ...(['us', 'xnor'] as const).flatMap((a) => [
    entry(MatvecStream[a], vectors(a, false)),
    entry(MatvecMapped[a], vectors(a)),
  ]),
  ...arithmetics.map((a) => entry(Depthwise[a], depthwise(a))),
  entry(SlidingWindow.pixels, windows),
  entry(SlidingWindow.groups, windows),
  entry(PatchWindow, patchWindows),
  entry(Lookup, [
    { PE: 1, ENTRIES: 2, OUT_W: 1 },
    { PE: 3, ENTRIES: 8, OUT_W: 5 },
    { PE: 2, ENTRIES: 64, OUT_W: 20 },
    { PE: 5, ENTRIES: 100, OUT_W: 8 },
    { PE: 1, ENTRIES: 256, OUT_W: 33 },
  ]),
  ...[WeightStore, WeightStoreStream].map((store) => entry(store, stores)),
  entry(
    TlastCheck,
    [1, 2, 3, 16, 17].map((FRAME, k) => ({ W: 1 + 16 * k, FRAME })),
  ),
  entry(
    FrameToken,
    [1, 2, 3, 4, 5].map((TOKENS, k) => ({ W: 1 + 8 * k, BEATS: 1 + 3 * k, TOKENS })),
  ),
  entry(
    WeightStreamer,
    [1, 2, 3, 16, 33].map((WORDS, k) => ({ W: 1 + 16 * k, WORDS })),
  ),
  entry(FrameGate, [
    { W: 1, BEATS: 1 },
    { W: 8, BEATS: 8 },
    { W: 33, BEATS: 17 },
  ]),
  entry(FrameCommands, [
    { ADDR_W: 20, LEN_W: 20, BYTES: 1 },
    { ADDR_W: 64, LEN_W: 33, BYTES: 2 ** 20 - 1 },
  ]),
  entry(makeDataflowControl({ memory: 'mapped', programmable: true }), [{ BUILD: 2 ** 31 - 1, SAMPLE: 1, RESULT: 9 }]),
  ...[FrameReader.same, FrameWriter.same].map((each) => entry(each, masters.slice(1, 2))),
  entry(
    FrameReader.geared,
    masters.slice(1, 2).map((sizes) => ({ ...sizes, OUT: 3 })),
  ),
  entry(
    FrameWriter.geared,
    masters.slice(1, 2).map((sizes) => ({ ...sizes, IN: 3 })),
  ),
  ...[ListFetch, ListTransfers].map((each) =>
    entry(
      each,
      [1, 8].map((WORDS) => ({ ADDR_W: 32 + WORDS, LEN_W: 32, WORDS })),
    ),
  ),
  ...[ListReader, ListWriter].map((each) =>
    entry(
      each,
      [1, 8].map((WORDS) => ({ ADDR_W: 32 + WORDS, WORDS })),
    ),
  ),
  entry(WeightCast, [{}]),
  entry(WeightLoader, [
    { LAYERS: 1, WINDOW_W: 3 },
    { LAYERS: 5, WINDOW_W: 22 },
    { LAYERS: 256, WINDOW_W: 9 },
  ]),
  entry(Thresholds.signed, thresholds),
  entry(Thresholds.unsigned, thresholds),
  ...roundings.flatMap((rounding, k) => [
    entry(
      makeRequantize({ signedInput: true, rounding, relu: k % 2 === 0, overflow: 'wrap', signedOutput: true }),
      requantizers,
    ),
    entry(
      makeRequantize({
        signedInput: k % 2 === 0,
        rounding,
        relu: false,
        overflow: 'saturate',
        signedOutput: k % 2 === 0,
      }),
      requantizers,
    ),
  ]),
  ...roundings.flatMap((rounding, k) => {
    const zeroPoint = k % 2 === 0 ? { zeroPoint: true } : {};
    const kind = { rounding, ...zeroPoint, ...plainRequantizer };
    return [
      entry(
        makeRequantize({ ...kind, scale: 'shift' }),
        requantizers.map(({ M_W, ...sizes }) => ({ ...sizes, E_MAX: M_W })),
      ),
      entry(
        makeRequantize({ ...kind, scale: 'none' }),
        requantizers.map(({ M_W, ...sizes }) => ({ ...sizes, LEFT: M_W - 1 })),
      ),
    ];
  }),
  entry(makeRequantize({ ...plainRequantizer, rounding: 'half_away', zeroPoint: true }), requantizers),
  ...[Argmax.signed, Argmax.unsigned].map((argmax) =>
    entry(argmax, [
      { N: 1, PE: 1, X_W: 1, OUT_W: 1 },
      { N: 2, PE: 2, X_W: 8, OUT_W: 2 },
      { N: 10, PE: 1, X_W: 7, OUT_W: 8 },
      { N: 9, PE: 3, X_W: 16, OUT_W: 4 },
      { N: 16, PE: 16, X_W: 3, OUT_W: 5 },
    ]),
  ),
  entry(LaneTruncate, [...lanes, { N: 2, IN_W: 8, OUT_W: 3 }, { N: 5, IN_W: 2, OUT_W: 1 }]),
  entry(LaneExtend.signed, [...lanes, { N: 2, IN_W: 3, OUT_W: 8 }, { N: 5, IN_W: 1, OUT_W: 16 }]),
  entry(
    LaneExtend.bipolar,
    [1, 2, 3, 8, 5].map((N, k) => ({ N, IN_W: 1, OUT_W: 2 + 3 * k })),
  ),
  entry(LaneExtend.unsigned, [...lanes, { N: 2, IN_W: 3, OUT_W: 8 }, { N: 5, IN_W: 1, OUT_W: 16 }]),
  entry(Duplicate, widths),
  ...additions.map((addition) =>
    entry(Add[addition], [
      { PE: 1, X0_W: 1, X1_W: 1, OUT_W: 3 },
      { PE: 2, X0_W: 8, X1_W: 7, OUT_W: 10 },
      { PE: 3, X0_W: 7, X1_W: 9, OUT_W: 11 },
      { PE: 8, X0_W: 2, X1_W: 5, OUT_W: 7 },
      { PE: 1, X0_W: 32, X1_W: 33, OUT_W: 40 },
    ]),
  ),
  ...Object.entries(Pool).map(([name, pool]) =>
    entry(
      pool,
      [1, 2, 7, 8, 33].map((X_W, k) => ({ PE: 1 + k, K: [1, 2, 9, 16, 4][k]!, X_W, OUT_W: X_W + growth(name, k) })),
    ),
  ),
  ...Object.entries(PoolGlobal).map(([name, pool]) =>
    entry(
      pool,
      [1, 2, 7, 8, 33].map((X_W, k) => ({
        ...{ PE: 5 - k, FOLDS: [1, 3, 4, 1, 2][k]!, PIXELS: [1, 2, 49, 64, 3][k]!, X_W, OUT_W: X_W + growth(name, k) },
      })),
    ),
  ),
  ...Object.values(BorderScale).map((scale) =>
    entry(
      scale,
      [1, 8, 7, 33, 20].map((X_W, k) => ({
        ...{ PE: 1 + k, FOLDS: [1, 4, 2, 1, 3][k]!, ROWS: [1, 8, 3, 5, 1][k]!, COLUMNS: [1, 8, 1, 6, 7][k]!, X_W },
        ...{ Y_FACTOR_W: 1 + k, X_FACTOR_W: 6 - k, OUT_W: X_W + [7, 3, 0, 4, 1][k]! },
      })),
    ),
  ),
  entry(Upsample, [
    { W: 1, FOLDS: 1, COLUMNS: 1, FY: 1, FX: 1 },
    { W: 8, FOLDS: 2, COLUMNS: 8, FY: 2, FX: 2 },
    { W: 7, FOLDS: 1, COLUMNS: 5, FY: 3, FX: 1 },
    { W: 33, FOLDS: 3, COLUMNS: 1, FY: 1, FX: 4 },
    { W: 64, FOLDS: 4, COLUMNS: 9, FY: 4, FX: 3 },
  ]),
  entry(Concat, [
    { W: 1, FOLDS0: 1, FOLDS1: 1 },
    { W: 8, FOLDS0: 2, FOLDS1: 2 },
    { W: 7, FOLDS0: 1, FOLDS1: 3 },
    { W: 33, FOLDS0: 7, FOLDS1: 1 },
    { W: 16, FOLDS0: 8, FOLDS1: 9 },
  ]),
  entry(
    StreamSource,
    [1, 8, 32, 33, 100].map((W, k) => ({ W, FRAME: 1 + 3 * k, STALL: 60 * k, SEED: 1 + 77 * k, PACE: 65535 - k })),
  ),
  entry(
    StreamSink,
    [1, 8, 32, 33, 100].map((W, k) => ({ W, STALL: 60 * k, SEED: 1 + 77 * k })),
  ),
  entry(
    Scoreboard,
    [1, 8, 32, 33, 100].map((W, k) => ({ W, DEPTH: 1 + 5 * k, PATIENCE: 1 + 99 * k })),
  ),
  entry(Frame, [
    { W: 1, FRAME: 1 },
    { W: 8, FRAME: 2 },
    { W: 7, FRAME: 3 },
    { W: 64, FRAME: 16 },
    { W: 5, FRAME: 17 },
  ]),
];
