/** The modules of the engine, for the verbs that take a block: `emit engine_array --param P=7`. */
import { EngineAddition } from '../engine/rtl/addition.js';
import { EngineArrayDw } from '../engine/rtl/array-dw.js';
import { EngineAddresses } from '../engine/rtl/addresses.js';
import { EngineArray } from '../engine/rtl/array.js';
import { EngineChannelsDw } from '../engine/rtl/channels-dw.js';
import { EngineChannels } from '../engine/rtl/channels.js';
import { EngineColumn } from '../engine/rtl/column.js';
import { EngineColumnBinary } from '../engine/rtl/column-binary.js';
import { EngineTwinPacked } from '../engine/rtl/twin-packed.js';
import { EngineColumnPacked } from '../engine/rtl/column-packed.js';
import { EngineDatapath } from '../engine/rtl/datapath.js';
import { EngineDelay } from '../engine/rtl/delay.js';
import { EngineCore, EngineCorePacked } from '../engine/rtl/engine.js';
import { EngineMultiply } from '../engine/rtl/multiply.js';
import { EnginePe } from '../engine/rtl/pe.js';
import { EnginePeBinary } from '../engine/rtl/pe-binary.js';
import { EnginePePair } from '../engine/rtl/pe-pair.js';
import { EngineControl, EngineRegisters } from '../engine/rtl/control.js';
import { EngineInputGuard, EngineResultGuard } from '../engine/rtl/guards.js';
import { EngineTop } from '../engine/rtl/top.js';
import { EngineHeaderProducts } from '../engine/rtl/header-products.js';
import { EngineResidualReader } from '../engine/rtl/residual-reader.js';
import { EngineRequantize } from '../engine/rtl/requantize.js';
import { EngineRows } from '../engine/rtl/rows.js';
import { EngineSequencer } from '../engine/rtl/sequencer.js';
import { EngineShift } from '../engine/rtl/shift.js';
import { EngineWeightPort } from '../engine/rtl/weight-port.js';
import { EngineWindow } from '../engine/rtl/window.js';
import { EngineWindows } from '../engine/rtl/windows.js';
import { LaneRam } from '../blocks/memory/lane-ram.js';
import { EngineXram } from '../engine/rtl/xram.js';
import { block, type RegisteredBlock } from './registered-block.js';

const operands = { X_W: 5, W_W: 4, ACC_W: 12 };
const grid = { P: 2, G: 2, M: 4, D: 2, XG: 2 };
const pixels = { XB: 4, XU: 1 };

const coreExample = {
  ...{ P: 2, G: 2, M: 4, D: 2, XG: 2, XB: 4, WB: 4, AB: 16, XD: 16, WD: 16, PD: 4 },
  ...{ TMAX: 8, KMAX: 4, HQ: 3, PQ: 4, NTHR: 1, MUL: 1, FIXED: 0 },
  ...{
    LUT: 1,
    ENTRIES: 16,
    ADD: 1,
    RD: 6,
    XU: 1,
    XP: 32,
    WP: 32,
    YP: 32,
    YD: 4,
    XUNIT: 16,
    YUNIT: 16,
    WUNIT: 32,
    TUNIT: 4,
  },
};
const controlExample = {
  ...{ P: 2, G: 2, M: 4, D: 2, XB: 4, WB: 4, AB: 16, XD: 16, WD: 16, PD: 4, TMAX: 8, KMAX: 4, NTHR: 1, MUL: 1 },
  ...{ FIXED: 0, LUT: 1, ADD: 1, DW: 1, XU: 1, XP: 32, WP: 32, YP: 32, YD: 4, HQ: 3, PQ: 4, BUILD: 5 },
};

export const engineBlocks: readonly RegisteredBlock[] = [
  ...Object.values(EngineDatapath).map((datapath) =>
    block(datapath, { ...grid, ...pixels, WB: 4, AB: 12, XD: 8, ADD: 1 }, 'engine_datapath[_dw]'),
  ),
  block(EngineArray, { ...grid, ...operands }),
  block(EngineArrayDw, { ...grid, ...pixels, W_W: 4, ACC_W: 12 }),
  block(EngineChannelsDw, { P: 2, G: 2, XG: 2, D: 1, ...pixels, W_W: 4, ACC_W: 12 }),
  block(EngineChannels, { P: 2, G: 2, XG: 2, D: 1, ...operands }),
  block(EngineColumn, { P: 2, ...operands }),
  block(EnginePe, operands),
  block(EnginePePair, operands),
  block(EnginePeBinary, { X_W: 5, ACC_W: 12 }),
  block(EngineColumnBinary, { P: 2, ...operands, W_W: 1 }),
  block(EngineColumnPacked, { P: 4, ...operands }),
  block(EngineTwinPacked, { P: 3, ...operands }),
  block(EngineXram, { P: 2, G: 2, M: 4, D: 2, XB: 4, XD: 8, ADD: 1 }),
  block(LaneRam, { LANES: 2, W: 4, DEPTH: 8 }),
  block(EngineWindows, { G: 2, P: 2, XB: 4, XU: 1 }),
  block(EngineWindow, { P: 2, XB: 4 }),
  block(EngineRequantize, { P: 1, D: 2, W: 12, XB: 4, MUL: 1, FIXED: 0, NTHR: 0, LUT: 1, ENTRIES: 16 }),
  block(EngineAddition, { P: 1, D: 2, XB: 4 }),
  block(EngineResidualReader, { GROUPS: 2, DEPTH: 6 }),
  block(EngineMultiply, { W: 6 }),
  block(EngineShift, { V_W: 12, Q_W: 4 }),
  block(EngineDelay, { W: 4, STEPS: 2 }),
  block(EngineSequencer, { P: 2, G: 2, M: 4, D: 2, WD: 16, YD: 4, TMAX: 8, KMAX: 4, HQ: 3, PQ: 4, FREE: 12 }),
  block(EngineRows, { G: 2, M: 4, D: 2 }),
  block(EngineAddresses, { P: 2, G: 2, M: 4 }),
  block(EngineInputGuard, { W: 8 }),
  block(EngineResultGuard, { W: 8 }),
  block(EngineRegisters, { OUTSTANDING: 2 }),
  block(EngineControl, controlExample),
  ...Object.values(EngineTop).map((top) => block(top, { ...coreExample, BUILD: 5 }, 'engine[_dw]')),
  block(EngineHeaderProducts, { M: 4, D: 2, PD: 4 }),
  block(EngineWeightPort, {
    ...{ WP: 32, WU: 32, TU: 4, W_W: 32, G: 2, M: 4, D: 2, XB: 4, WD: 16, PD: 4, XD: 16 },
    ...{ TMAX: 8, KMAX: 4, HQ: 3, PQ: 4, NTHR: 1 },
    ...{ MUL: 1, FIXED: 1, LUT: 1, ADD: 1, DW: 1, XU: 1 },
  }),
  ...[EngineCore.dense, EngineCore.dw, EngineCorePacked.dw].map((core) => block(core, coreExample)),
];
