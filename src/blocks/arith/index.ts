/** Arithmetic blocks. */
export { MacArray } from './mac-array.js';
export { MacPe } from './mac-pe.js';
