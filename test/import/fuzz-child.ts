/** `fuzz-child.ts FORMAT FIRST COUNT [FILE]`: one line with seed and end for each mutation of a small file or of FILE. */
import { readFileSync } from 'node:fs';
import { endOf, mutated, smallFile, type Format } from './fuzz.js';

const [format = '', first = '0', count = '0', file] = process.argv.slice(2);
const whole = file === undefined ? await smallFile(format as Format) : readFileSync(file);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++)
  process.stdout.write(`${seed} ${await endOf(mutated(whole, seed), `${format}, seed ${seed}`)}\n`);
