/** A first network of one's own: three lines of layers, a file that `build`, `infer` and `cosim` take. */
import { writeQonnx } from '../src/import/index.js';
import { sequential } from '../src/network/sequential.js';

const network = sequential('first', { inputs: 16, seed: 7n })
  .dense(12, { weightBits: 4 })
  .relu(4)
  .dense(3, { weightBits: 2 });

const file = process.argv[2] ?? 'build/first.onnx';
writeQonnx(network.graph(), file);
console.log(`wrote ${file}; next: npm run -s heddle -- build ${file}`);
