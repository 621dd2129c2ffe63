/** Blocks between clocks. */
export { AsyncFifo } from './async-fifo.js';
export { BitSynchronizer } from './bit-synchronizer.js';
export { ResetSynchronizer } from './reset-synchronizer.js';
