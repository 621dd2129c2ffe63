/** Modules of the engine with parameter vectors for their texts. */
import type { Design } from '../../../src/circuit/index.js';
import { EngineAddition } from '../../../src/engine/rtl/addition.js';
import { EngineArrayDw } from '../../../src/engine/rtl/array-dw.js';
import { EngineAddresses } from '../../../src/engine/rtl/addresses.js';
import { EngineArray, makeArray } from '../../../src/engine/rtl/array.js';
import { EngineChannelsDw, makeChannelsDw } from '../../../src/engine/rtl/channels-dw.js';
import { EngineChannels, makeChannels } from '../../../src/engine/rtl/channels.js';
import { EngineColumn } from '../../../src/engine/rtl/column.js';
import { EngineColumnBinary } from '../../../src/engine/rtl/column-binary.js';
import { EngineColumnPacked } from '../../../src/engine/rtl/column-packed.js';
import { EngineTwinPacked } from '../../../src/engine/rtl/twin-packed.js';
import { binaryColumns, packedColumns } from '../../../src/engine/rtl/column-kind.js';
import { EngineDatapath } from '../../../src/engine/rtl/datapath.js';
import { EngineDelay } from '../../../src/engine/rtl/delay.js';
import { EngineMultiply } from '../../../src/engine/rtl/multiply.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { EnginePe } from '../../../src/engine/rtl/pe.js';
import { EnginePeBinary } from '../../../src/engine/rtl/pe-binary.js';
import { EnginePePair } from '../../../src/engine/rtl/pe-pair.js';
import { EngineOutput } from '../../../src/engine/rtl/output.js';
import { EngineParameters } from '../../../src/engine/rtl/parameters.js';
import { EnginePixelPort } from '../../../src/engine/rtl/pixel-port.js';
import { EnginePost } from '../../../src/engine/rtl/post.js';
import { EngineControl, EngineRegisters } from '../../../src/engine/rtl/control.js';
import { EngineInputGuard, EngineResultGuard } from '../../../src/engine/rtl/guards.js';
import { EngineTop } from '../../../src/engine/rtl/top.js';
import { EngineHeaderProducts } from '../../../src/engine/rtl/header-products.js';
import { EngineResidualReader } from '../../../src/engine/rtl/residual-reader.js';
import { EngineRequantize } from '../../../src/engine/rtl/requantize.js';
import { EngineRows } from '../../../src/engine/rtl/rows.js';
import { EngineScatter } from '../../../src/engine/rtl/scatter.js';
import { EngineSequencer } from '../../../src/engine/rtl/sequencer.js';
import { EngineShift } from '../../../src/engine/rtl/shift.js';
import { EngineWindow } from '../../../src/engine/rtl/window.js';
import { EngineWindows } from '../../../src/engine/rtl/windows.js';
import { EngineWeightPort } from '../../../src/engine/rtl/weight-port.js';
import { LaneRam } from '../../../src/blocks/memory/lane-ram.js';
import { EngineXram } from '../../../src/engine/rtl/xram.js';
import { EngineWalk } from '../../../src/engine/rtl/walk.js';
import { testEngines } from '../random-layer.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs } from '../../../src/hdl/index.js';

export interface EngineModule {
  readonly design: Design;
  readonly vectors: readonly Readonly<Record<string, number>>[];
}

const entry = (made: unknown, vectors: EngineModule['vectors']): EngineModule => ({
  design: buildDesign(made as ModuleTemplate<ParamSpecs, never>),
  vectors,
});

export const engineModules: readonly EngineModule[] = [
  entry(EngineDelay, [
    { W: 1, STEPS: 1 },
    { W: 33, STEPS: 7 },
  ]),
  entry(
    EngineMultiply,
    [6, 7, 18, 32, 40].map((W) => ({ W })),
  ),
  entry(EngineShift, [
    { V_W: 4, Q_W: 2 },
    { V_W: 33, Q_W: 7 },
    { V_W: 64, Q_W: 10 },
  ]),
  entry(EngineRequantize, [
    { P: 1, D: 1, W: 6, XB: 2, MUL: 0, FIXED: 0, NTHR: 0, LUT: 0, ENTRIES: 4 },
    { P: 3, D: 2, W: 32, XB: 8, MUL: 1, FIXED: 0, NTHR: 0, LUT: 1, ENTRIES: 256 },
    { P: 2, D: 3, W: 24, XB: 5, MUL: 0, FIXED: 0, NTHR: 15, LUT: 0, ENTRIES: 32 },
    { P: 1, D: 2, W: 32, XB: 4, MUL: 1, FIXED: 1, NTHR: 1, LUT: 1, ENTRIES: 16 },
  ]),
  entry(EngineAddition, [
    { P: 1, D: 1, XB: 2 },
    { P: 3, D: 2, XB: 8 },
    { P: 2, D: 1, XB: 16 },
  ]),
  entry(EngineResidualReader, [
    { GROUPS: 1, DEPTH: 1 },
    { GROUPS: 12, DEPTH: 52 },
    { GROUPS: 256, DEPTH: 296 },
  ]),
  entry(EnginePe, [
    { X_W: 1, W_W: 1, ACC_W: 2 },
    { X_W: 9, W_W: 4, ACC_W: 13 },
    { X_W: 8, W_W: 8, ACC_W: 33 },
  ]),
  entry(EnginePePair, [
    { X_W: 1, W_W: 1, ACC_W: 2 },
    { X_W: 9, W_W: 8, ACC_W: 32 },
  ]),
  entry(EnginePeBinary, [
    { X_W: 1, ACC_W: 2 },
    { X_W: 9, ACC_W: 20 },
  ]),
  entry(EngineColumnBinary, [
    { P: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 7, X_W: 9, W_W: 1, ACC_W: 20 },
  ]),
  entry(makeChannelsDw(binaryColumns), [
    { P: 1, G: 1, XG: 1, D: 1, XB: 1, XU: 0, W_W: 1, ACC_W: 3 },
    { P: 3, G: 2, XG: 5, D: 3, XB: 8, XU: 1, W_W: 1, ACC_W: 19 },
  ]),
  entry(EngineColumnPacked, [
    { P: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 7, X_W: 9, W_W: 8, ACC_W: 32 },
    { P: 4, X_W: 8, W_W: 4, ACC_W: 13 },
  ]),
  entry(EngineTwinPacked, [
    { P: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 2, X_W: 8, W_W: 8, ACC_W: 16 },
    { P: 7, X_W: 9, W_W: 8, ACC_W: 32 },
  ]),
  entry(makeChannels(packedColumns), [
    { P: 1, G: 1, XG: 1, D: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 3, G: 2, XG: 5, D: 3, X_W: 9, W_W: 8, ACC_W: 19 },
  ]),
  entry(makeChannelsDw(packedColumns), [
    { P: 1, G: 1, XG: 1, D: 1, XB: 1, XU: 0, W_W: 2, ACC_W: 3 },
    { P: 3, G: 2, XG: 5, D: 3, XB: 8, XU: 1, W_W: 8, ACC_W: 19 },
  ]),
  entry(makeArray(packedColumns), [
    { P: 1, G: 1, M: 1, D: 1, XG: 1, X_W: 1, W_W: 1, ACC_W: 3 },
    { P: 3, G: 2, M: 6, D: 2, XG: 3, X_W: 9, W_W: 8, ACC_W: 19 },
  ]),
  entry(EngineColumn, [
    { P: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 7, X_W: 9, W_W: 4, ACC_W: 33 },
  ]),
  entry(EngineChannels, [
    { P: 1, G: 1, XG: 1, D: 1, X_W: 1, W_W: 1, ACC_W: 2 },
    { P: 3, G: 2, XG: 5, D: 3, X_W: 9, W_W: 8, ACC_W: 19 },
  ]),
  entry(EngineArray, [
    { P: 1, G: 1, M: 1, D: 1, XG: 1, X_W: 1, W_W: 1, ACC_W: 3 },
    { P: 3, G: 2, M: 6, D: 2, XG: 3, X_W: 9, W_W: 8, ACC_W: 19 },
    { P: 5, G: 1, M: 3, D: 1, XG: 3, X_W: 8, W_W: 8, ACC_W: 32 },
    { P: 2, G: 4, M: 8, D: 4, XG: 4, X_W: 4, W_W: 4, ACC_W: 33 },
  ]),
  entry(EngineWindow, [
    { P: 1, XB: 1 },
    { P: 7, XB: 8 },
  ]),
  entry(EngineWindows, [
    { G: 1, P: 1, XB: 1, XU: 0 },
    { G: 3, P: 7, XB: 8, XU: 1 },
    { G: 2, P: 4, XB: 4, XU: 0 },
  ]),
  entry(LaneRam, [
    { LANES: 1, W: 1, DEPTH: 2 },
    { LANES: 7, W: 8, DEPTH: 9 },
  ]),
  entry(EngineXram, [
    { P: 1, G: 1, M: 1, D: 1, XB: 1, XD: 2, ADD: 1 },
    { P: 3, G: 3, M: 12, D: 4, XB: 5, XD: 9, ADD: 1 },
    { P: 2, G: 2, M: 17, D: 1, XB: 8, XD: 16 },
    { P: 2, G: 4, M: 8, D: 8, XB: 8, XD: 33 },
  ]),
  entry(EngineParameters, [
    { D: 1, GROUPS: 1, MUL: 0, NTHR: 0 },
    { D: 3, GROUPS: 5, PQ: 64, MUL: 1, NTHR: 2 },
  ]),
  entry(EngineWalk, [
    { D: 1, GROUPS: 1 },
    { D: 4, GROUPS: 12, PQ: 64 },
  ]),
  entry(EngineScatter, [
    { P: 1, D: 1, XB: 1, A_W: 1, G_W: 1 },
    { P: 7, D: 4, XB: 8, A_W: 20, G_W: 3 },
  ]),
  entry(EngineOutput, [
    { UNIT: 8, GROUP: 1, BEAT: 4, DEPTH: 2 },
    { UNIT: 32, GROUP: 7, BEAT: 4, DEPTH: 33 },
  ]),
  entry(EnginePixelPort, [
    { P: 1, D: 1, XB: 1, GROUPS: 1, XD: 2, UNIT: 1, GROUP: 1, BEAT: 32, BEATS: 8 },
    { P: 7, D: 4, XB: 8, GROUPS: 8, XD: 1024, UNIT: 32, GROUP: 7, BEAT: 4, BEATS: 2 },
    { P: 3, D: 1, XB: 8, GROUPS: 5, XD: 65536, UNIT: 8, GROUP: 3, BEAT: 32, BEATS: 1 },
  ]),
  entry(EnginePost, [
    { P: 1, D: 1, GROUPS: 1, AB: 2, XB: 2, PD: 0, MUL: 0, FIXED: 0, NTHR: 0, LUT: 0, ENTRIES: 4 },
    {
      P: 2,
      D: 3,
      GROUPS: 2,
      AB: 31,
      XB: 11,
      PD: 5,
      MUL: 1,
      FIXED: 0,
      NTHR: 0,
      LUT: 0,
      ENTRIES: 2048,
      ADD: 1,
      DEPTH: 42,
    },
    { P: 7, D: 4, GROUPS: 8, AB: 32, XB: 8, PD: 448, MUL: 1, FIXED: 1, NTHR: 3, LUT: 1, ENTRIES: 256, PQ: 256 },
  ]),
  entry(EngineChannelsDw, [
    { P: 1, G: 1, XG: 1, D: 1, XB: 1, XU: 0, W_W: 2, ACC_W: 3 },
    { P: 3, G: 2, XG: 5, D: 3, XB: 8, XU: 1, W_W: 8, ACC_W: 19 },
  ]),
  entry(EngineArrayDw, [
    { P: 1, G: 1, M: 1, D: 1, XG: 1, XB: 2, XU: 0, W_W: 2, ACC_W: 8 },
    { P: 3, G: 2, M: 6, D: 2, XG: 3, XB: 8, XU: 1, W_W: 8, ACC_W: 19 },
  ]),
  ...[EngineDatapath.dense, EngineDatapath.dw].map((datapath) =>
    entry(datapath, [
      { P: 1, G: 1, M: 1, D: 1, XG: 1, XB: 2, XU: 0, WB: 2, AB: 8, XD: 2 },
      { P: 3, G: 2, M: 6, D: 2, XG: 3, XB: 8, XU: 1, WB: 8, AB: 32, XD: 9, ADD: 1 },
    ]),
  ),
  entry(EngineRows, [
    { G: 1, M: 1, D: 1 },
    { G: 4, M: 8, D: 2 },
    { G: 3, M: 48, D: 4 },
  ]),
  entry(EngineAddresses, [
    { P: 1, G: 1, M: 1 },
    { P: 3, G: 4, M: 8 },
    { P: 14, G: 3, M: 48 },
    { P: 5, G: 1, M: 3 },
  ]),
  entry(EngineSequencer, [
    { P: 1, G: 1, M: 1, D: 1, WD: 2, YD: 1, FREE: 3 },
    { P: 5, G: 1, M: 3, D: 3, WD: 13, YD: 3, TMAX: 1, KMAX: 1, FREE: 12 },
    { P: 3, G: 4, M: 8, D: 2, WD: 1024, YD: 16, TMAX: 29, KMAX: 32, HQ: 15, PQ: 64, FREE: 12 },
  ]),
  entry(EngineInputGuard, [{ W: 1 }, { W: 64 }]),
  entry(EngineResultGuard, [{ W: 1 }, { W: 256 }]),
  entry(EngineRegisters, [{ OUTSTANDING: 1 }, { OUTSTANDING: 3 }]),
  entry(EngineControl, [{ BUILD: 0 }, { P: 64, M: 256, XD: 65536, BUILD: 12345 }]),
  entry(EngineTop.dense, [{ ...engineValues(testEngines[0]!), BUILD: 7 }]),
  entry(EngineTop.dw, [{ ...engineValues(testEngines[3]!), BUILD: 1 }]),
  entry(EngineHeaderProducts, [
    { M: 1, D: 1, PD: 0 },
    { M: 48, D: 4, PD: 65536 },
    { M: 3, D: 3, PD: 17 },
  ]),
  entry(EngineWeightPort, [
    { WP: 32, WU: 8, TU: 8, W_W: 24, G: 1, M: 3, D: 3, XB: 8, WD: 13, PD: 0, NTHR: 0, MUL: 0, LUT: 0, ADD: 0, DW: 0 },
    {
      WP: 256,
      WU: 128,
      TU: 4,
      W_W: 128,
      G: 2,
      M: 8,
      D: 2,
      XB: 4,
      WD: 2,
      PD: 7,
      NTHR: 15,
      FIXED: 0,
      XU: 0,
      HQ: 3,
      PQ: 4,
    },
    {
      WP: 32,
      WU: 32,
      TU: 1,
      W_W: 1152,
      G: 3,
      M: 48,
      D: 4,
      XB: 11,
      WD: 2048,
      PD: 256,
      NTHR: 7,
      LUT: 0,
      KMAX: 32,
      HQ: 63,
      PQ: 256,
    },
  ]),
  // The other two are read within the tops.
  entry(EngineCore.dense, [engineValues(testEngines[1]!)]),
  entry(EngineCore.dw, [engineValues(testEngines[2]!)]),
];
