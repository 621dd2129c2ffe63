/** A Keras .h5 file as plain data: the architecture as JSON text and the weights of each layer. */
import h5wasm from 'h5wasm';
import { tensor, type Tensor } from '../network/graph.js';
import { importError, readingFile } from './errors.js';

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

type Group = InstanceType<typeof h5wasm.Group>;

function isGroup(item: unknown): item is Group {
  return item instanceof h5wasm.Group;
}

/** `kernel:0` is `kernel`; Keras 3 writes `0`, `1` under `vars`, which are not read. */
function shortName(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/:\d+$/, '');
}

function readDataset(item: InstanceType<typeof h5wasm.Dataset>, name: string, file: string): Tensor {
  const shape = item.shape ?? [];
  const values: unknown = item.value;
  const list: unknown = typeof values === 'number' || typeof values === 'bigint' ? [values] : values;
  if (typeof list !== 'object' || list === null || !('length' in list) || typeof list.length !== 'number')
    throw importError('H3002', file, `${name}: not an array of numbers`, name);
  const data = Float64Array.from(list as ArrayLike<number | bigint>, Number);
  if (data.length !== shape.reduce((product, size) => product * size, 1))
    throw importError('H3002', file, `${name}: ${data.length} values do not fill its shape`, name);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw importError('H3004', file, `${name}: element ${bad} is ${data[bad] ?? NaN}`, name);
  return tensor(shape, data);
}

/** All datasets below a group by short name; depth is bounded because a damaged file may point in circles. */
function datasets(group: Group, path: string, into: Map<string, Tensor>, file: string, depth: number): void {
  if (depth > 8) throw importError('H3002', file, `${path}: groups are nested without end`);
  for (const key of group.keys()) {
    const item = group.get(key);
    if (isGroup(item)) datasets(item, `${path}/${key}`, into, file, depth + 1);
    else if (item instanceof h5wasm.Dataset) into.set(shortName(key), readDataset(item, `${path}/${key}`, file));
  }
}

/** The architecture: an attribute of the file, or what a .json beside it says. */
function configOf(opened: InstanceType<typeof h5wasm.File>, file: string): unknown {
  const text: unknown = opened.attrs['model_config']?.value;
  if (typeof text !== 'string')
    throw importError(
      'H3008',
      file,
      `${file}: the file has no architecture (model_config), only weights`,
      undefined,
      'put model.to_json() beside it as a .json file of the same name and give that, or use model.save',
    );
  return JSON.parse(text);
}

function read(opened: InstanceType<typeof h5wasm.File>, file: string, architecture: unknown): KerasFile {
  const config = architecture ?? configOf(opened, file);
  // A whole model keeps its weights in a group; a file of weights has the layers at its root.
  const root = opened.get('model_weights') ?? (architecture === undefined ? null : opened);
  if (!isGroup(root)) throw importError('H3008', file, `${file}: the file has no model_weights`);
  const weights = new Map<string, Map<string, Tensor>>();
  for (const layer of root.keys()) {
    const group = root.get(layer);
    const found = new Map<string, Tensor>();
    if (isGroup(group)) datasets(group, layer, found, file, 0);
    weights.set(layer, found);
  }
  return { config, weights };
}

/**
 * Reads a Keras file from its bytes; `architecture` is the parsed .json of a file that holds weights only. Throws H3002, H3004 or
 * H3008, whatever the HDF5 library does.
 */
export async function readKerasFile(bytes: Uint8Array, file: string, architecture?: unknown): Promise<KerasFile> {
  checkLength(bytes, file);
  const library = await h5wasm.ready;
  const { FS } = library;
  // Otherwise the library prints its error stack on the user's terminal.
  library.activate_throwing_error_handler();
  // The library reads from its own file system in memory: nothing of the user's disk is open while it parses. (The build
  // `h5wasm/node` has no such file system: there this name would be a file of the working directory.)
  const name = 'model.h5';
  FS.writeFile(name, bytes);
  try {
    return readingFile(file, () => {
      const opened = new h5wasm.File(name, 'r');
      try {
        return read(opened, file, architecture);
      } finally {
        opened.close();
      }
    });
  } finally {
    FS.unlink(name);
  }
}
