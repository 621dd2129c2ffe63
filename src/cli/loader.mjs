/**
 * TypeScript for Node: `node --import ./src/cli/loader.mjs FILE.ts`.
 *
 * tsx looks into every module that is loaded after it, which takes 1.5 s for the 4 MB of HDF5 in `h5wasm`; a module that is
 * there already is left alone. So that one comes first.
 */
import 'h5wasm';
import { register } from 'tsx/esm/api';

register();
