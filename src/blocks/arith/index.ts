/** Arithmetic blocks. */
export { codeTypes, FORMAT_BITS, formatFields, makeFloatCast, makeFloatCastFormat } from './float-cast.js';
export { MacArray } from './mac-array.js';
export { MacPe } from './mac-pe.js';
export { type Rounding, roundings } from './rounding.js';
