/**
 * TypeScript for Node: `node --import ./src/cli/loader.mjs FILE.ts`.
 *
 * tsx looks into every module that is loaded after it, which takes 1.5 s for the 4 MB of HDF5 in `h5wasm`: that one is loaded by a
 * thread of plain JavaScript (`src/import/h5-worker.mjs`), and only when a Keras file is read.
 */
import { register } from 'tsx/esm/api';

register();
