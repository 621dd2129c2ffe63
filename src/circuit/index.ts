/** The circuit as plain data: the one representation that kit, printer and simulators share. */
export * from './nat.js';
export * from './nat-normal.js';
export * from './nat-prove.js';
export * from './nat-text.js';
export * from './types.js';
export * from './expr.js';
export * from './module.js';
export * from './external.js';
export * from './harden.js';
export * from './walk.js';
export * from './image-size.js';
export * from './flow.js';
export * from './components.js';
export * from './comb-loop.js';
export * from './domains.js';
export * from './counter-example.js';
export * from './memory-ports.js';
