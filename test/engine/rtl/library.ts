/** Modules of the engine with parameter vectors for their texts. */
import type { Design } from '../../../src/circuit/index.js';
import { EngineDelay } from '../../../src/engine/rtl/delay.js';
import { EngineMultiply } from '../../../src/engine/rtl/multiply.js';
import { EngineRequantize } from '../../../src/engine/rtl/requantize.js';
import { EngineShift } from '../../../src/engine/rtl/shift.js';
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
    [4, 5, 18, 32, 40].map((W) => ({ W })),
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
];
