/**
 * Area, timing and power of a whole small accelerator: `npm run -s bench:power [-- nangate45|sky130hd] [MHZ]`.
 *
 * digits_w1a1 is built, mapped to the open libraries of ../shared/pdk by Yosys, its netlist simulated with the vectors of the build (and
 * compared with them), and OpenSTA calculates power with what every pin did. All files stay in build/power; the scripts in its asic/yosys
 * run without Heddle.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Progress } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { type GateFlowFigures, runGateFlow } from '../../src/build/gate-flow.js';
import { openLibraries } from '../../src/target/gate-scripts.js';

const files = { nangate45: 'nangate45_typ.lib.gz', sky130hd: 'sky130hd_tt.lib.gz' };
const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = join(root, 'build/power');
const samples = 8;

const words = process.argv.slice(2);
const clock = words.map(Number).find((value) => value > 0);
const names = (['nangate45', 'sky130hd'] as const).filter((name) => !words.some(isName) || words.includes(name));
function isName(word: string): boolean {
  return word in files;
}

const style = { mode: 'silent', color: false, columns: 80 } as const;
await build(
  {
    model: join(root, 'vectors/digits/digits_w1a1.onnx'),
    output: directory,
    samples,
    portBits: 64,
    clockMhz: 100,
    seed: 1n,
  },
  new Progress({ total: 6, style, write: () => undefined }),
);
console.log(
  `digits_w1a1, ${samples} samples; Yosys and OpenSTA before layout: ideal clock, no wires, nets without glitches`,
);
const report: Record<string, unknown> = {};
for (const name of names) {
  const open = openLibraries[name];
  const liberty = gunzipSync(readFileSync(join(root, '../shared/pdk', files[name]))).toString();
  const figures = await runGateFlow(directory, open, liberty, clock ?? open.clockMhz);
  report[name] = { ...figures, library: figures.library.name, corner: figures.library.corner };
  console.log(lines(open.process, figures).join('\n'));
}
writeFileSync(join(directory, 'power.json'), `${JSON.stringify(report, undefined, 2)}\n`);

function lines(process: string, { library, clockMhz, run, ...figures }: GateFlowFigures): string[] {
  const { squareMicrometres, cells, slackNs, insideSlackNs, from, to, power } = figures;
  const { corner, voltage, celsius } = library;
  const period = 1000 / clockMhz;
  const [internal, switching, leakage, total] = power.map((watts) => (1e3 * watts).toPrecision(3));
  const at = `corner ${corner} (${voltage} V, ${celsius} C), clock ${clockMhz} MHz`;
  const energy = (1e9 * (power[3] * run.cycles * period * 1e-9)) / samples;
  return [
    `${process}, ${at}:`,
    `  area    ${squareMicrometres.toFixed(0)} um2, ${cells} cells, no memories`,
    `  timing  ${(period - insideSlackNs).toFixed(2)} ns between registers; slack ${slackNs.toFixed(2)} of ${period.toFixed(2)} ns on the worst path, ${from} -> ${to}`,
    `          (40 % of the clock kept outside of inputs and of outputs)`,
    `  power   ${total} mW: internal ${internal}, switching ${switching}, leakage ${leakage}; ${energy.toFixed(2)} nJ a sample`,
    `          ${at}; activity of every pin from our simulation of the netlist,`,
    `          ${run.cycles} cycles of ${samples} samples at full rate, ${run.beats} beats equal to the reference (asic/yosys/*.saif)`,
  ];
}
