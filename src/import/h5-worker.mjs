/**
 * The HDF5 library in a thread of its own: a damaged file can make it loop for ever, and only a thread can be stopped.
 *
 * Plain JavaScript, so that the thread needs no TypeScript loader. Takes `{ bytes }`, gives `{ config, datasets }`, where `config` is
 * the text of the attribute `model_config`, or `{ error, broken }`; `broken` means that the library cannot be used again. What the
 * values mean is decided in `h5.ts`.
 */
import { parentPort } from 'node:worker_threads';

/**
 * What the library complains of. It writes to the console, found when it is loaded; told to throw instead, it would leave its own
 * functions half-way and be unusable afterwards. Most of its callers ignore the codes it returns: one line here means damage.
 */
const complaints = [];
console.error = (...words) => {
  if (complaints.length < 100) complaints.push(words.join(' '));
};
const { default: h5wasm } = await import('h5wasm');

/** Groups of a damaged file may point in circles, or at each other without end. */
const deepest = 8;
const mostDatasets = 100_000;

/** 2^26 numbers: half a gigabyte. */
function valueOf(item, place) {
  const shape = item.shape ?? [];
  if (shape.reduce((product, size) => product * size, 1) > 2 ** 26) throw new Error(`${place.join('/')} is too large`);
  return { shape, value: item.value };
}

function collect(group, path, into) {
  if (path.length > deepest || into.length > mostDatasets) throw new Error('groups are nested without end');
  for (const key of group.keys()) {
    const item = group.get(key);
    const place = [...path, key];
    if (item instanceof h5wasm.Group) {
      if (path.length === 0) into.push({ path: place });
      collect(item, place, into);
    } else if (item instanceof h5wasm.Dataset) into.push({ path: place, ...valueOf(item, place) });
  }
}

function read(library, bytes) {
  // A file system in memory: nothing of the user's disk is open. (The build `h5wasm/node` has none; there this name would be a
  // file of the working directory.)
  const name = 'model.h5';
  library.FS.writeFile(name, bytes);
  try {
    const opened = new h5wasm.File(name, 'r');
    try {
      const config = opened.attrs['model_config']?.value;
      const whole = opened.get('model_weights');
      const datasets = [];
      const root = whole instanceof h5wasm.Group ? whole : opened;
      collect(root, [], datasets);
      return { config: typeof config === 'string' ? config : undefined, whole: root === whole, datasets };
    } finally {
      opened.close();
    }
  } finally {
    library.FS.unlink(name);
  }
}

const library = await h5wasm.ready;

parentPort.on('message', ({ bytes }) => {
  complaints.length = 0;
  try {
    const found = read(library, bytes);
    parentPort.postMessage(complaints.length === 0 ? found : { error: complaints.join('\n'), broken: false });
  } catch (error) {
    // Anything that WebAssembly itself throws leaves its memory in an unknown state.
    const broken =
      !(error instanceof Error) || error instanceof globalThis.WebAssembly.RuntimeError || error.name === 'ExitStatus';
    const own = error instanceof Error ? error.message : String(error);
    parentPort.postMessage({ error: complaints.length === 0 ? own : complaints.join('\n'), broken });
  }
});
