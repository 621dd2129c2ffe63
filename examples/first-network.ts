/** A first network of one's own: layers one after the other, a file that `build`, `infer` and `cosim` take. */
import { mkdirSync } from 'node:fs';
import { writeQonnx } from '../src/import/index.js';
import { bytes, dense, graphOf, pipe, relu } from '../src/network/layers/index.js';

const network = pipe(bytes(16), dense(12, { weightBits: 4 }), relu(4), dense(3, { weightBits: 2 }));

mkdirSync('build', { recursive: true });
writeQonnx(graphOf('first', network, { seed: 7n }), 'build/first.onnx');
console.log('wrote build/first.onnx; next: npm run -s heddle -- build build/first.onnx');
