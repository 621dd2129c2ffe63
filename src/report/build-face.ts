/** The lines of `build` around its steps: what is built, the table of layers, the rate, and what to do next. */
import type { BuildOptions, BuildResults } from '../build/results.js';
import type { LayerFigures } from '../build/figures.js';
import type { ResourceReport } from '../build/resource-report.js';
import { bramTiles } from '../blocks/resources/index.js';
import { grouped, interval, table } from './lines.js';

/** The least of bits, Kibit and Mibit that keeps two digits. */
function bitsText(bits: number): string {
  if (bits < 10 * 1024) return `${grouped(bits)} bit`;
  if (bits < 10 * 1024 * 1024) return `${grouped(bits / 1024)} Kibit`;
  return `${grouped(bits / 1024 / 1024)} Mibit`;
}

export function buildHeader(version: string, { model, output, portBits, clockMhz }: BuildOptions): string {
  const ports = portBits === 'full' ? 'full-width ports' : `${portBits}-bit ports`;
  return `heddle ${version}   ${model} -> ${output}   ${ports}, ${clockMhz} MHz`;
}

/** Cycles that one sample needs in the layer; when its first result left; how much of the time it works. */
export function layerTable(layers: readonly LayerFigures[], steady: number | null): string {
  const header = [
    'layer',
    'shape',
    '>PE x SIMD',
    '>weights',
    '>cycles',
    '>first result predicted',
    '>simulated',
    '>busy',
  ];
  const rows = layers.map(({ name, inputs, outputs, PE, SIMD, weight_bits, cycles, predicted, simulated }) => [
    name,
    `${inputs} > ${outputs}`,
    `${PE} x ${SIMD}`,
    bitsText(weight_bits),
    grouped(cycles),
    predicted === null ? '-' : grouped(predicted.first_sample),
    simulated === null ? '-' : grouped(simulated.first_sample),
    steady === null ? '-' : `${Math.round((100 * cycles) / steady)} %`,
  ]);
  return table(header, rows);
}

export function throughputLine({ plan, simulate }: BuildResults, clockMhz: number): string {
  const steady = simulate?.cycles.steady_interval;
  if (plan === undefined || simulate === undefined || steady === null || steady === undefined) return '';
  const rate = (cycles: number): string => grouped((clockMhz * 1e6) / cycles);
  const first = `first output after ${grouped(simulate.cycles.first_output)} cycles`;
  const wider = plan.stageInterval < steady ? `; wider ports would give up to ${rate(plan.stageInterval)}` : '';
  return `throughput ${rate(steady)} samples/s at ${clockMhz} MHz (interval ${interval(steady)}), ${first}${wider}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Estimated cells and their shares of the board; what makes the products. */
export function resourceLine({ board, lut, ff, dsp, share, ...rest }: ResourceReport): string {
  const cells = [
    `${grouped(lut)} LUT (${percent(share.lut)})`,
    `${grouped(ff)} FF (${percent(share.ff)})`,
    `${bramTiles(rest)} BRAM36 (${percent(share.bram36)})`,
    `${dsp} DSP (${percent(share.dsp)})`,
  ];
  const fits = Math.max(share.lut, share.ff, share.dsp, share.bram36) <= 1;
  const line = `estimate ${cells.join(', ')} of ${board}${fits ? '' : `; --board ${board} folds to fit`}`;
  if (rest.cells_of_board) return line;
  return `${line}\nnotice: these are cells of AMD parts with 6-input LUTs; what ${board} needs only its own tools tell (fpga/)`;
}

export function nextLines({ output, model, numerics }: BuildOptions): string {
  const how = numerics === undefined ? '' : ` --numerics ${numerics}`;
  return [
    `next: npm run -s heddle -- cosim ${output} --seeds 20     the text in Verilator under random stalls`,
    `      npm run -s heddle -- infer ${model}${how} --input X.npy --output Y.npy --rtl ${output}/rtl`,
  ].join('\n');
}
