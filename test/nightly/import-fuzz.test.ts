/**
 * 10 000 mutations of each format and 200 of each reference model, most of which still load and are lowered. They run in another process, which may neither die nor stay
 * silent for a minute.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { haveModels, model } from '../network/shared.js';

const root = join(import.meta.dirname, '..', '..');
const first = Number(process.env.HEDDLE_SEED ?? 1_000_000);
const count = Number(process.env.HEDDLE_MUTATIONS ?? 10_000);
const patience = 60_000;

/** How often each end was met. Rejects with the seed that killed or silenced the process. */
async function ends(format: string, mutations: number, file?: string): Promise<Map<string, number>> {
  const script = join(root, 'test', 'import', 'fuzz-child.ts');
  const loader = join(root, 'src', 'cli', 'loader.mjs');
  const rest = file === undefined ? [] : [file];
  const child = spawn(process.execPath, ['--import', loader, script, format, `${first}`, `${mutations}`, ...rest], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const found = new Map<string, number>();
  let errors = '';
  let done = 0;
  let silent = false;
  let timer = setTimeout(() => undefined, 0);
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      child.kill('SIGKILL');
    }, patience);
  };
  watch();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    watch();
    done++;
    const end = line.split(' ')[1] ?? '';
    found.set(end, (found.get(end) ?? 0) + 1);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  if (code !== 0 || done !== mutations)
    throw new Error(
      `${format}: seed ${first + done} ${silent ? 'hangs' : `ends with code ${code ?? 'signal'}`}\n${errors}`,
    );
  return found;
}

function report(what: string, found: Map<string, number>): void {
  const sorted = [...found].sort(([, a], [, b]) => b - a);
  console.log(`${what}: ${sorted.map(([end, times]) => `${end} ${times}`).join(', ')}`);
  expect(found.get('H3002') ?? 0).toBeGreaterThan(0);
}

test.each(['onnx', 'h5', 'tflite'])('%s: small files', async (format) => report(format, await ends(format, count)));

test.skipIf(!haveModels).each([
  ['onnx', 'tfc/TFC_2W2A.onnx'],
  ['h5', 'rn06/model_best.h5'],
  ['tflite', 'resnet8_tflite/pretrainedResnet_quant.tflite'],
])('%s: %s', async (format, path) => {
  report(path, await ends(format, Math.ceil(count / 50), model(...path.split('/'))));
});
