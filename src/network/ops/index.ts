/** Every operator that the reference executor knows, by name. */
import { convOps } from './conv.js';
import { elementwiseOps } from './elementwise.js';
import { linearOps } from './linear.js';
import type { Op } from './op.js';
import { onnxQuantizedOps } from './onnx-quantized.js';
import { poolOps } from './pool.js';
import { quantizerOps } from './quantizers.js';
import { reduceOps } from './reduce.js';
import { requantizeOps } from './requantize.js';
import { resampleOps } from './resample.js';
import { shapeOps } from './shape.js';

const all: Readonly<Record<string, Op>> = {
  ...elementwiseOps,
  ...quantizerOps,
  ...onnxQuantizedOps,
  ...linearOps,
  ...convOps,
  ...poolOps,
  ...resampleOps,
  ...shapeOps,
  ...reduceOps,
  ...requantizeOps,
};

/** The operator of that name, or undefined. */
export function opByName(name: string): Op | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
