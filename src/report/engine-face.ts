/** The lines of `build` with the engine back end around its steps: the table of layers, the rate, what to do next. */
import type { EngineLayerFigures } from '../build/engine/engine-figures.js';
import type { EngineReport } from '../build/engine/engine-report.js';
import type { BuildOptions } from '../build/results.js';
import { grouped, table } from './lines.js';

export function engineHeader(version: string, { model, output, engine, clockMhz }: BuildOptions): string {
  return `heddle ${version}   ${model} -> ${output}   engine ${engine}, ${clockMhz} MHz`;
}

const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(1)} %`);

export function engineTable(layers: readonly EngineLayerFigures[]): string {
  const header = [
    'layer',
    'op',
    'shape',
    '>group',
    '>passes',
    '>cycles',
    '>steps',
    '>of the PEs',
    '>kB weights',
    '>in',
    '>out',
  ];
  const kilo = (bytes: number): string => (bytes / 1000).toFixed(1);
  const rows = layers.map(({ name, op, shape, group, passes, cycles, steps, utilization, bytes }) => [
    ...[name, op, shape, String(group), String(passes), cycles === null ? '-' : grouped(cycles)],
    ...[steps === null ? '-' : grouped(steps), percent(utilization)],
    ...[kilo(bytes.weights), kilo(bytes.pixels), kilo(bytes.results)],
  ]);
  return table(header, rows);
}

export function engineRate({ cycles, samples_per_second, utilization, dram_bytes, clock_mhz }: EngineReport): string {
  const frame = grouped(cycles.simulated.first_sample + 1);
  return `a frame takes ${frame} cycles: ${grouped(samples_per_second)} samples/s at ${clock_mhz} MHz, ${percent(utilization)} of the PEs, ${(dram_bytes / 1e6).toFixed(2)} MB through DRAM`;
}

export function engineNext({ output, model, numerics }: BuildOptions): string {
  const how = numerics === undefined ? '' : ` --numerics ${numerics}`;
  return [
    `next: npm run -s heddle -- cosim ${output}     circuit, cycle model and the text in Verilator under random stalls`,
    `      npm run -s heddle -- infer ${model}${how} --backend engine --engine ${output}/engine.json --input X.npy --output Y.npy`,
  ].join('\n');
}
