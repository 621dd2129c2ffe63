/** Runs the node tests of ONNX: what the reader and the reference executor claim must pass, the rest must be refused by name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '../../src/base/diagnostics.js';
import { onnx } from '../../src/import/onnx-proto.js';
import { readOnnxAsIs } from '../../src/import/onnx-read.js';
import { readTensor } from '../../src/import/onnx-tensor.js';
import { executeAll } from '../../src/network/execute.js';
import type { Tensor } from '../../src/network/graph.js';
import { sharedPath } from '../network/shared.js';

const folder = sharedPath('onnx-node-tests');
export const haveNodeTests = existsSync(folder);
if (!haveNodeTests) console.error(`ONNX node tests not found in ${folder}: skipped (set HEDDLE_SHARED)`);

export interface Outcome {
  readonly name: string;
  /** Operators of the model, as the file has them. */
  readonly ops: string;
  readonly result: 'passes' | 'refused' | 'FAILS';
  /** Why it is refused or what differs. */
  readonly reason: string;
}

/**
 * Relative tolerance. The expected values are float32, the executor computes in float64. ONNX's own runner allows 1e-3; only one test
 * needs that, because its expected values are written with four digits.
 */
const tolerances: Readonly<Record<string, number>> = { test_averagepool_2d_ceil_last_window_starts_on_pad: 1e-3 };

function tensors(name: string, kind: 'input' | 'output'): Tensor[] {
  const data = join(folder, name, 'test_data_set_0');
  const files = readdirSync(data).filter((file) => file.startsWith(`${kind}_`));
  return files.map((_, index) => {
    const file = `${kind}_${index}.pb`;
    return readTensor(onnx.TensorProto.decode(readFileSync(join(data, file))), name, file);
  });
}

/** What differs, or nothing. */
function differenceOf(name: string, actual: Tensor | undefined, expected: Tensor): string {
  if (!actual) return 'an output is missing';
  if (actual.shape.join() !== expected.shape.join())
    return `shape [${actual.shape.join()}], not [${expected.shape.join()}]`;
  const relative = tolerances[name] ?? 2e-6;
  const bad = expected.data.findIndex(
    (value, at) => !(Math.abs((actual.data[at] ?? NaN) - value) <= 1e-7 + relative * Math.abs(value)),
  );
  return bad < 0 ? '' : `element ${bad} is ${actual.data[bad] ?? NaN}, not ${expected.data[bad] ?? NaN}`;
}

function run(name: string): Outcome {
  const bytes = readFileSync(join(folder, name, 'model.onnx'));
  const nodes = onnx.ModelProto.decode(bytes).graph?.node ?? [];
  const ops = [...new Set(nodes.map((node) => node.opType ?? ''))].join(', ');
  try {
    const graph = readOnnxAsIs(bytes, name);
    const inputs = tensors(name, 'input');
    const feeds = new Map(
      graph.inputs.map((value, index) => [value.name, inputs[index] ?? { shape: [], data: new Float64Array() }]),
    );
    const values = executeAll(graph, feeds);
    const reason = tensors(name, 'output')
      .map((expected, index) => differenceOf(name, values.get(graph.outputs[index]?.name ?? ''), expected))
      .find((difference) => difference !== '');
    return { name, ops, result: reason === undefined ? 'passes' : 'FAILS', reason: reason ?? '' };
  } catch (error) {
    // Only a refusal of the reader, which names operator or type, counts as one.
    const refused = error instanceof HeddleError && ['H3003', 'H3006'].includes(error.diagnostics[0]?.code ?? '');
    const message = error instanceof HeddleError ? (error.diagnostics[0]?.message ?? '') : String(error);
    return { name, ops, result: refused ? 'refused' : 'FAILS', reason: message.replace(/^[^:]*: /, '') };
  }
}

/** The outcome of every test of the folder. */
export function runNodeTests(): Outcome[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('test_'))
    .sort()
    .map(run);
}

function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string[] {
  const width = [0, 1].map((column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly [string, string], fill = ' '): string =>
    `| ${row[0].padEnd(width[0] ?? 0, fill)} | ${row[1].padEnd(width[1] ?? 0, fill)} |`;
  return [line(head), line(['---', '---'], '-'), ...rows.map((row) => line(row))];
}

/** The text of docs/conformance.md. */
export function conformanceText(outcomes: readonly Outcome[]): string {
  const of = (result: Outcome['result']): Outcome[] => outcomes.filter((outcome) => outcome.result === result);
  const families = new Map<string, number>();
  for (const { ops } of of('passes')) families.set(ops, (families.get(ops) ?? 0) + 1);
  const failing = of('FAILS').map(({ name, reason }): [string, string] => [`\`${name}\``, reason]);
  return [
    '# Conformance to the ONNX node tests',
    '',
    'Printed by `npm run -s conformance > docs/conformance.md`; a test compares. The tests are those of ONNX 1.22.0 for the',
    'operators of a quantized network (`../shared/onnx-node-tests`). The reference executor runs each model and compares with the',
    'expected outputs; what the reader does not claim it refuses by operator or type.',
    '',
    `${outcomes.length} tests: ${of('passes').length} pass, ${of('refused').length} are refused, ${failing.length} fail.`,
    '',
    '## Tests that pass, by the operators of the model',
    '',
    ...table(
      ['operators', 'tests'],
      [...families].sort().map(([ops, count]): [string, string] => [ops, String(count)]),
    ),
    '',
    '## Tests that are refused',
    '',
    ...table(
      ['test', 'reason'],
      of('refused').map(({ name, reason }): [string, string] => [`\`${name}\``, reason]),
    ),
    ...(failing.length === 0 ? [] : ['', '## Tests that fail', '', ...table(['test', 'reason'], failing)]),
    '',
  ].join('\n');
}
