/** Blocks on ready/valid streams. */
export { Broadcast } from './broadcast.js';
export { Downsizer } from './downsizer.js';
export { Fifo } from './fifo.js';
export { Gearbox } from './gearbox.js';
export { RegisterSlice } from './register-slice.js';
export { Upsizer } from './upsizer.js';
export { WidthConverter } from './width-converter.js';
