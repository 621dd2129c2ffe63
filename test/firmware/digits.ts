/** The smallest model of the repository, with samples. */
import { join } from 'node:path';

const vectors = join(import.meta.dirname, '..', '..', 'vectors', 'digits');
export const digits = { model: join(vectors, 'digits_w1a1.onnx'), input: join(vectors, 'samples.npy') };
