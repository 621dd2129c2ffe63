/** DSP slices of a whole engine, counted by Yosys in the whole design, beside those of the DPU that computes as many MACs. */
import type { Engine } from '../../../src/engine/config.js';
import { makeArray } from '../../../src/engine/rtl/array.js';
import { makeArrayDw } from '../../../src/engine/rtl/array-dw.js';
import { packedColumns, plainColumns } from '../../../src/engine/rtl/column-kind.js';
import { engineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { withSynthesis } from './synthesis.js';

/** Of the DPU B4096, as published: 2048 MACs a cycle, slices at twice the clock of the rest, Proxyless-Mobile 0.5 in 3.279 ms. */
const dpu = { name: 'DPU B4096', macs: 2048, slices: 642 };

/** Prints slices and slices per MAC of an engine and of its array alone, and those of the DPU. Minutes for thousands of PEs. */
export function printDsps(engine: Engine): void {
  const { P, G, M, D, XG, XB, WB, AB, XU, DW } = engine;
  const kind = engine.PACK === 1 ? packedColumns : plainColumns();
  const sizes = { P, G, M, D, XG, W_W: WB, ACC_W: AB };
  const array =
    DW === 1
      ? withSynthesis(buildDesign(makeArrayDw(kind)), { ...sizes, XB, XU }, ({ dsps }) => dsps())
      : withSynthesis(buildDesign(makeArray(kind)), { ...sizes, X_W: XB + XU }, ({ dsps }) => dsps());
  const whole = withSynthesis(buildDesign(engineCore(engine)), engineValues(engine), ({ dsps }) => dsps());
  const line = (name: string, slices: number, macs: number): string =>
    `${name.padEnd(60)} ${String(macs).padStart(5)} ${String(slices).padStart(6)} ${(slices / macs).toFixed(2).padStart(8)}`;
  const { processingElements } = engine;
  console.log(`${'DSP slices of UltraScale+'.padEnd(60)}  MACs    DSP  DSP/MAC`);
  console.log(line(engine.toString(), whole, processingElements));
  console.log(line('  its array', array, processingElements));
  console.log(line(`  requantizers (${P * D} lanes), residuals, addresses`, whole - array, processingElements));
  console.log(line(`${dpu.name} (published; DSP at twice the clock)`, dpu.slices, dpu.macs));
}
