/**
 * Benchmark `npm run -s bench:first-light`: AD03 from its `.h5` to verified SystemVerilog, 8 samples through the built-in
 * simulator. Wall time of a fresh process, its start included; the best and the median of five runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = join(resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared'), 'models', 'ad03');
const goal = 5;
const runs = 5;

if (!existsSync(models)) {
  console.log(`skipped: no reference models in ${models} (set HEDDLE_SHARED)`);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  try {
    const files = [join(models, 'model_ToyCar.h5'), '--numerics', join(models, 'hls4ml.yml')];
    const options = ['--input', join(models, 'input.npy'), '--samples', '8', '-o', join(directory, 'ad03')];
    const seconds = Array.from({ length: runs }, (_, run) => {
      const since = performance.now();
      const text = execFileSync(
        process.execPath,
        [join(root, 'src', 'cli', 'bin.mjs'), 'build', ...files, ...options],
        { encoding: 'utf8' },
      );
      if (run === 0) console.log(text);
      return (performance.now() - since) / 1000;
    }).sort((a, b) => a - b);
    const [best = NaN, , median = NaN] = seconds;
    const verdict = median < goal ? 'reached' : 'MISSED';
    console.log(
      `AD03 from .h5 to verified RTL, process start included: best ${best.toFixed(2)} s, median ${median.toFixed(2)} s of ${runs} runs on ${availableParallelism()} cores; goal ${goal} s ${verdict}`,
    );
    if (median >= goal) process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
