/** A first network of one's own: three lines of layers, a file that `build`, `infer` and `cosim` take. */
import { mkdirSync } from 'node:fs';
import { writeQonnx } from '../src/import/index.js';
import { sequential } from '../src/network/sequential.js';

const network = sequential('first', { inputs: 16, seed: 7n })
  .dense(12, { weightBits: 4 })
  .relu(4)
  .dense(3, { weightBits: 2 });

mkdirSync('build', { recursive: true });
writeQonnx(network.graph(), 'build/first.onnx');
console.log('wrote build/first.onnx; next: npm run -s heddle -- build build/first.onnx');
