/** A Keras .h5 file as plain data: the architecture as JSON text and the weights of each layer. */
import { sizeOf, tensor, type Tensor } from '../network/graph.js';
import { importError, readingFile } from './errors.js';
import { readInThread, type RawH5 } from './h5-thread.js';

export interface KerasFile {
  /** The attribute `model_config`, parsed. */
  readonly config: unknown;
  /** Weights by layer name and by their short name: `kernel`, `bias`, `gamma`, `moving_mean`. */
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, Tensor>>;
}

export const h5Magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * The HDF5 library reads beyond the end of a shortened file before it notices; the superblock says how long the file must be.
 * Source: HDF5 file format specification III.A (version 0 and 1: end of file address at byte 40 or 44; 2 and 3: at byte 28).
 */
function checkLength(bytes: Uint8Array, file: string): void {
  const version = bytes[8] ?? 255;
  const at = version === 0 ? 40 : version === 1 ? 44 : version === 2 || version === 3 ? 28 : -1;
  const offsetSize = bytes[version >= 2 ? 9 : 13];
  if (at < 0 || offsetSize !== 8 || bytes.length < at + 8)
    throw importError('H3002', file, `${file}: damaged or truncated (no HDF5 superblock that is read)`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true);
  if (BigInt(bytes.length) < length)
    throw importError('H3002', file, `${file}: truncated (${bytes.length} bytes of ${length} are there)`);
}

/** A collection of the global heap: signature, version 1, three zeros. */
const heapMagic = Buffer.from([0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]);

/**
 * The library steps through a collection of the global heap by the sizes of its objects, for ever where one has the size 0 or one beyond
 * 32 bits. Source: the same specification, III.E; an object is its index, a count, zeros and its size (2, 2, 4, 8 bytes) and data in
 * units of 8 bytes; index 0 is free space, whose size counts all of it.
 */
function checkHeaps(bytes: Uint8Array, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = buffer.indexOf(heapMagic); start >= 0; start = buffer.indexOf(heapMagic, start + 8)) {
    if (start + 16 > bytes.length) return;
    const end = Math.min(bytes.length, start + Number(view.getBigUint64(start + 8, true)));
    for (let at = start + 16; at + 16 <= end;) {
      const size = Number(view.getBigUint64(at + 8, true));
      const step = view.getUint16(at, true) === 0 ? size : 16 + 8 * Math.ceil(size / 8);
      if (step === 0 || step > end - at)
        throw importError('H3002', file, `${file}: damaged (the heap at byte ${start} has no end)`);
      at += step;
    }
  }
}

/** `kernel:0` is `kernel`; Keras 3 writes `0`, `1` under `vars`, which are not read. */
function shortName(key: string): string {
  return key.replace(/:\d+$/, '');
}

function readDataset(shape: readonly number[], values: unknown, name: string, file: string): Tensor {
  const list: unknown = typeof values === 'number' || typeof values === 'bigint' ? [values] : values;
  if (typeof list !== 'object' || list === null || !('length' in list) || typeof list.length !== 'number')
    throw importError('H3002', file, `${name}: not an array of numbers`, name);
  const data = Float64Array.from(list as ArrayLike<number | bigint>, Number);
  if (data.length !== sizeOf(shape))
    throw importError('H3002', file, `${name}: ${data.length} values do not fill its shape`, name);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw importError('H3004', file, `${name}: element ${bad} is ${data[bad] ?? NaN}`, name);
  return tensor(shape, data);
}

/** The architecture: the text in the file, or what a .json beside it says. */
function configOf({ config }: RawH5, file: string): unknown {
  if (config === undefined)
    throw importError(
      'H3008',
      file,
      `${file}: the file has no architecture (model_config), only weights`,
      undefined,
      'put model.to_json() beside it as a .json file of the same name and give that, or use model.save',
    );
  return JSON.parse(config);
}

function toKeras(raw: RawH5, file: string, architecture: unknown): KerasFile {
  const config = architecture ?? configOf(raw, file);
  // A whole model keeps its weights in a group; a file of weights has the layers at its root.
  if (!raw.whole && architecture === undefined)
    throw importError('H3008', file, `${file}: the file has no model_weights`);
  const weights = new Map<string, Map<string, Tensor>>();
  for (const { path, shape, value } of raw.datasets) {
    const [layer = '', ...rest] = path;
    const found = weights.get(layer) ?? new Map<string, Tensor>();
    weights.set(layer, found);
    const last = rest.at(-1);
    if (shape && last !== undefined) found.set(shortName(last), readDataset(shape, value, path.join('/'), file));
  }
  return { config, weights };
}

/**
 * Reads a Keras file from its bytes; `architecture` is the parsed .json of a file that holds weights only. Throws H3002, H3004 or
 * H3008, whatever the HDF5 library does.
 */
export async function readKerasFile(bytes: Uint8Array, file: string, architecture?: unknown): Promise<KerasFile> {
  checkLength(bytes, file);
  checkHeaps(bytes, file);
  const raw = await readInThread(bytes).catch((error: unknown) =>
    readingFile(file, (): RawH5 => {
      throw error;
    }),
  );
  return readingFile(file, () => toKeras(raw, file, architecture));
}
