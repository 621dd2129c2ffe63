/**
 * Area and worst path of the engine: `npm run -s bench:area [-- array|pe|binary|lane|engine|dsp] [P=4,G=2,M=4,D=1]`.
 *
 * `array` is the PE array (shadow registers and slice adders included), `pe` the same for other operands, packed pixels and gated
 * clocks, `binary` for weights of one bit only, `lane` a requantizer lane, `engine` the whole core without its RAMs. Nangate 45 nm of ../shared/pdk (Yosys with `abc -constr`, then OpenSTA: before
 * layout, ideal clock, no wires) and UltraScale+ (`synth_xilinx`). What `engine` reaches goes to build/area/engine.json.
 *
 * `dsp` counts the DSP slices of an engine, of itself that of Proxyless (P=14,G=3,M=48,D=4,WD=8192,WP=256,PACK=1), beside the DPU's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { clockGateFile } from '../../src/blocks/clock/index.js';
import { Engine } from '../../src/engine/config.js';
import { reachedClockFile, type ReachedClock } from '../../src/engine/reached-clock.js';
import { EngineAddition } from '../../src/engine/rtl/addition.js';
import { EngineArray, makeArray } from '../../src/engine/rtl/array.js';
import { binaryColumns, gatedColumns, packedColumns, plainColumns } from '../../src/engine/rtl/column-kind.js';
import { engineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { EngineRequantize } from '../../src/engine/rtl/requantize.js';
import { buildDesign } from '../../src/hdl/index.js';
import { printDsps } from './area/dsps.js';
import { type Asic, type Synthesis, withSynthesis } from './area/synthesis.js';

const words = process.argv.slice(2);
const spelled = words.filter((word) => word.includes('=')).join(',');
const engine = Engine.parse(spelled || 'P=4,G=2,M=4,D=1,XU=0');
const asked = words.filter((word) => !word.includes('='));
const wants = (part: string): boolean => asked.length === 0 || asked.includes(part);
const pes = engine.processingElements;

const plain = buildDesign(EngineArray);
const packed = buildDesign(makeArray(packedColumns));
const binary = buildDesign(makeArray(binaryColumns));
const gated = buildDesign(makeArray(gatedColumns(plainColumns())));

/** Clock gates become cells of the library. */
const gateFile = [
  '`define HEDDLE_CLOCK_GATES',
  '`define HEDDLE_CLOCK_GATE_CELL CLKGATE_X1 cell_i (.CK(clk), .E(en), .GCK(gclk));',
  clockGateFile().text,
].join('\n');

interface Widths {
  readonly X_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
}

function arrayRow(title: string, design: typeof plain, widths: Widths, more = ''): Asic {
  const { P, G, M, D, XG } = engine;
  const work = ({ asic, fpga }: Synthesis): Asic => {
    const cells = asic();
    const { lut, ff, dsp } = more === '' ? fpga() : { lut: NaN, ff: NaN, dsp: NaN };
    const each = (count: number, digits: number, width: number): string =>
      (Number.isNaN(count) ? '-' : (count / pes).toFixed(digits)).padStart(width);
    console.log(
      `${title.padEnd(24)} ${each(cells.area, 1, 8)} ${cells.path.toFixed(2).padStart(6)} ` +
        `${each(lut, 1, 7)} ${each(ff, 1, 7)} ${each(dsp, 2, 7)}`,
    );
    return cells;
  };
  return withSynthesis(design, { P, G, M, D, XG, ...widths }, work, more);
}

const int8 = { X_W: 8, W_W: 8, ACC_W: 32 };
let array: Asic | undefined;
if (wants('array') || wants('pe')) {
  const { P, G, M, D, XG } = engine;
  console.log(`PE array P=${P} G=${G} M=${M} D=${D} XG=${XG}: ${pes} PEs; per PE`);
  console.log(`${''.padEnd(24)}   um2 PE     ns     LUT      FF     DSP`);
  array = arrayRow('8 x 8 -> 32', plain, int8);
}
if (wants('pe')) {
  arrayRow('8 x 8 -> 32, GATE', gated, int8, gateFile);
  arrayRow('8 x 8 -> 32, PACK', packed, int8);
  arrayRow('9 x 8 -> 32 (XU), PACK', packed, { ...int8, X_W: 9 });
  arrayRow('8 x 4 -> 24', plain, { X_W: 8, W_W: 4, ACC_W: 24 });
  arrayRow('4 x 4 -> 20', plain, { X_W: 4, W_W: 4, ACC_W: 20 });
}
if (wants('pe') || wants('binary')) {
  arrayRow('8 x 1 -> 20, binary', binary, { X_W: 8, W_W: 1, ACC_W: 20 });
  arrayRow('+-1 x +-1 -> 16, binary', binary, { X_W: 2, W_W: 1, ACC_W: 16 });
}
if (wants('lane')) {
  const { MUL, FIXED } = engine;
  const requantizer = { P: 1, D: 1, W: 32, XB: 8, MUL, FIXED, NTHR: 0, LUT: 0, ENTRIES: 256 };
  const lanes = [
    [`requantizer lane, MUL=${MUL} FIXED=${FIXED}`, buildDesign(EngineRequantize), requantizer],
    ['what adds a residual in front of it', buildDesign(EngineAddition), { P: 1, D: 1, XB: 8 }],
  ] as const;
  for (const [name, design, params] of lanes) {
    withSynthesis(design, params, ({ asic, fpga }) => {
      const { area, path } = asic('quick');
      const { lut, ff, dsp } = fpga();
      console.log(`${name}: ${area.toFixed(0)} um2, ${path.toFixed(2)} ns`);
      console.log(`UltraScale+ ${lut} LUT, ${ff} FF, ${dsp} DSP (synth_xilinx)`);
    });
  }
}
if (wants('engine')) {
  withSynthesis(buildDesign(engineCore(engine)), engineValues(engine), ({ asic, fpga }) => {
    const { area, path, from, to } = asic('quick');
    const clockMHz = 1000 / path;
    const report: ReachedClock & Record<string, unknown> = {
      engine: engine.toString(),
      flow: 'Yosys and OpenSTA, Nangate 45 nm, before layout',
      pathNs: path,
      clockMHz,
      ...{ from, to, area },
    };
    mkdirSync(dirname(reachedClockFile), { recursive: true });
    writeFileSync(reachedClockFile, `${JSON.stringify(report, undefined, 2)}\n`);
    const share = array === undefined ? '' : `, of which the array ${((100 * array.area) / area).toFixed(0)} %`;
    console.log(`engine ${engine.toString()} without its RAMs: ${area.toFixed(0)} um2${share}`);
    console.log(`worst path ${path.toFixed(2)} ns (${clockMHz.toFixed(0)} MHz), ${from} -> ${to}`);
    const { lut, ff, dsp, bram } = fpga();
    console.log(`UltraScale+ ${lut} LUT, ${ff} FF, ${dsp} DSP, ${bram} BRAM36 (synth_xilinx)`);
  });
}
if (wants('dsp')) printDsps(Engine.parse(spelled || 'P=14,G=3,M=48,D=4,WD=8192,WP=256,PACK=1'));
