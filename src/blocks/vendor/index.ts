/** Vendor primitives as black boxes, and library modules made of them. */
export { BlockRam } from './block-ram.js';
export { Dsp48e2 } from './dsp48e2.js';
export { DspMultiplyAdd } from './dsp-multiply-add.js';
export { XpmMemorySdpram } from './xpm-memory-sdpram.js';
