/** Opens a model file of any format that is read, told apart by its first bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Graph } from '../network/graph.js';
import { importError } from './errors.js';
import { h5Magic } from './h5.js';
import { asObject } from './json.js';
import { readKeras } from './keras-read.js';
import { readOnnx } from './onnx-read.js';
import { readTflite } from './tflite-read.js';

/** Bytes of a user's file; H3012 where it cannot be opened. */
export function readUserFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw importError('H3012', path, `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((value, index) => bytes[at + index] === value);

/** Ends of the names of weight files that belong to `model.json`, in the order in which they are looked for. */
const weightFiles = ['.h5', '_weights.h5', '.weights.h5', '_weights.hdf5', '.hdf5'];

/** `model.to_json()` with its weights in an .h5 file beside it. H3001 for other JSON, H3008 without weights. */
async function readJson(bytes: Uint8Array, path: string): Promise<Graph> {
  const architecture = architectureOf(bytes);
  if (architecture === undefined) throw importError('H3001', path, `${path}: JSON, but no Keras architecture`);
  const stem = path.replace(/\.[^./\\]*$/, '');
  const weights = weightFiles.map((end) => stem + end).find((candidate) => existsSync(candidate));
  if (weights !== undefined) return readKeras(readUserFile(weights), weights, architecture);
  const names = weightFiles.map((end) => basename(stem) + end).join(', ');
  throw importError('H3008', path, `${path}: no weights beside it`, undefined, `save them as one of ${names}`);
}

/** The parsed text where it is a Keras model. */
function architectureOf(bytes: Uint8Array): unknown {
  try {
    const parsed = asObject(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed?.class_name !== undefined && parsed.config !== undefined ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a model. Throws H3001 for foreign files, otherwise as the reader of its format. */
export async function importModel(path: string): Promise<Graph> {
  const bytes = readUserFile(path);
  if (startsWith(bytes, h5Magic)) return readKeras(bytes, path);
  // Field 1 of a ModelProto is ir_version, a varint: every exporter writes it first.
  if (bytes[0] === 0x08) return readOnnx(bytes, path);
  if (startsWith(bytes, [0x54, 0x46, 0x4c, 0x33], 4)) return readTflite(bytes, path);
  if (bytes[0] === 0x7b) return readJson(bytes, path);
  if (startsWith(bytes, [0x50, 0x4b]))
    throw importError(
      'H3001',
      path,
      `${path}: .keras archives are not read`,
      undefined,
      "save with model.save('model.h5')",
    );
  throw importError('H3001', path, `${path}: ${bytes.length === 0 ? 'empty file' : 'no model format that is read'}`);
}
