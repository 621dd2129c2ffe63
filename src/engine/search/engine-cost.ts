/**
 * What an engine costs: processing elements, DSP slices, area, memory. Area and DSPs are those of the two parts that grow with
 * the shape, the array and the requantizer; windows, ports and control are left out, and so are the RAMs, which are counted in
 * bytes.
 */
import type { Engine } from '../config.js';

/** Figures of `npm run -s bench:area -- array|pe|lane` (docs/engine.md, Area and timing). */
export const areaFigures = {
  source: 'bench:area: Yosys, Nangate 45 nm, before layout; synth_xilinx for UltraScale+',
  /** um2 of a PE with 8 x 8 bits and a sum of 32, shadow registers and slice adders included. */
  pe: 1145.4,
  /** The same where two pixels share a multiplier. */
  packedPe: 1250.8,
  /** um2 of a requantizer lane with multiplier and fixed mode; one without is smaller and counted as this. */
  lane: 14951,
  /** um2 of what adds a residual in front of it. */
  residual: 4446,
  /** DSP slices of the multiplier of a lane, and of the factor of a residual. */
  laneDsp: 2,
  residualDsp: 1,
} as const;

export interface EngineCost {
  readonly pes: number;
  readonly dsp: number;
  /** Of PEs and requantizer lanes, with operands of 8 bits. */
  readonly um2: number;
  /** KiB of X-RAM, weight ring and partial sums. */
  readonly kib: number;
}

export type CostName = keyof EngineCost;
export const costNames = ['pes', 'dsp', 'um2', 'kib'] as const satisfies readonly CostName[];

/** DSP slices of the lanes. */
function laneDsps({ lanes, MUL, ADD }: Engine): number {
  const { laneDsp, residualDsp } = areaFigures;
  return lanes * (laneDsp * MUL + residualDsp * ADD);
}

/** Multipliers that take a DSP slice: those of weights of one bit, and of 4 x 4 bits, are made of LUTs. */
function arrayDsps({ P, G, M, XG, DW, columns, PACK, XB, WB }: Engine): number {
  if (WB === 1 || (XB <= 4 && WB <= 4)) return 0;
  if (PACK === 0) return columns * P;
  // Two channels of a set share a multiplier for the last pixels of an odd P, except in the slice of private windows.
  const twins = (M / XG) * Math.floor(XG / 2) * (G - DW);
  return twins * P + (columns - 2 * twins) * Math.ceil(P / 2);
}

export function engineCost(engine: Engine): EngineCost {
  const { processingElements: pes, lanes, PACK, ADD, memories } = engine;
  const { pe, packedPe, lane, residual } = areaFigures;
  return {
    pes,
    dsp: arrayDsps(engine) + laneDsps(engine),
    um2: pes * (PACK === 1 ? packedPe : pe) + lanes * (lane + residual * ADD),
    kib: memories.total / 1024,
  };
}
