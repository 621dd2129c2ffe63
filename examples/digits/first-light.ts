/**
 * First light (`npm start`): two small networks that know drawn digits become SystemVerilog, and 256 drawings that neither
 * has seen go through the simulated hardware. Every output is compared with the reference executor. Needs Node alone.
 */
import { fileURLToPath } from 'node:url';
import { join, relative } from 'node:path';
import { HeddleError } from '../../src/base/diagnostics.js';
import { readNpy } from '../../src/base/npy.js';
import { Progress, progressStyle } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { type BuildOptions, type BuildResults, stepNames } from '../../src/build/results.js';
import { version } from '../../src/build/version.js';
import { unpackSamples } from '../../src/dataflow/port-beats.js';
import { isSigned } from '../../src/dataflow/plan.js';
import { decodeOutput } from '../../src/network/ports.js';
import { endWithReader } from '../../src/cli/output.js';
import { buildHeader, layerTable, throughputLine } from '../../src/report/build-face.js';
import { grouped, interval, table } from '../../src/report/lines.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vectors = relative(process.cwd(), join(root, 'vectors', 'digits'));
const output = relative(process.cwd(), join(root, 'build'));

function optionsFor(name: string): BuildOptions {
  return {
    model: join(vectors, `${name}.onnx`),
    input: join(vectors, 'samples.npy'),
    output: join(output, name),
    portBits: 64,
    clockMhz: 100,
    seed: 1n,
  };
}

/** Index of the greatest of each row. */
function guesses(logits: Float64Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    return values.indexOf(Math.max(...values));
  });
}

/** What the hardware said about each drawing, from the beats that left it. */
function answers({ import: imported, plan, simulate }: BuildResults): number[] {
  if (imported === undefined || plan === undefined || simulate === undefined)
    throw new Error('the build is not complete');
  const port = imported.network.output;
  const beats = simulate.outputBeats.map(({ data }) => data);
  const codes = unpackSamples(plan.chain.output, beats, isSigned(port.type));
  return guesses(decodeOutput(codes, port), plan.chain.output.elements);
}

async function light(name: string, labels: ArrayLike<number>): Promise<string[]> {
  const options = optionsFor(name);
  const { isTTY, columns } = process.stdout;
  const style = progressStyle({ isTTY, columns, env: process.env });
  const progress = new Progress({ total: stepNames.length, style, write: (text) => process.stdout.write(text) });
  console.log(buildHeader(version(), options));
  const { results } = await build(options, progress);
  const { simulate, generate } = results;
  if (simulate === undefined || generate === undefined) throw new Error('the build is not complete');
  const { layers, cycles, samples, equal } = simulate;
  console.log(`\n${layerTable(layers, cycles.steady_interval)}`);
  console.log(`${throughputLine(results, options.clockMhz)}\n`);
  const said = answers(results);
  const right = said.filter((digit, i) => digit === labels[i]).length;
  const lines = generate.sources.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0);
  return [
    name,
    `${equal} of ${samples}`,
    `${right} of ${samples} (${((100 * right) / samples).toFixed(1)} %)`,
    interval(cycles.steady_interval ?? 0),
    grouped(cycles.first_output),
    grouped(lines),
  ];
}

endWithReader();
try {
  const labels = readNpy(join(vectors, 'labels.npy')).data;
  const rows = [await light('digits_w1a1', labels), await light('digits_w4a4', labels)];
  const header = ['network', '>equal to the reference', '>digits recognised', '>interval', '>first output', '>lines'];
  console.log(table(header, rows));
  console.log(`
look at it:    ${join(output, 'digits_w4a4', 'rtl', 'digits_w4a4.sv')}
fold it:       npm run -s heddle -- build ${join(vectors, 'digits_w4a4.onnx')} --target-fps 200000
check it:      npm run -s heddle -- cosim ${join(output, 'digits_w4a4')} --seeds 20      needs Verilator (heddle doctor)
your network:  npm run -s heddle -- build MODEL.onnx -o ${join(output, 'mine')}`);
} catch (error) {
  if (!(error instanceof HeddleError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
