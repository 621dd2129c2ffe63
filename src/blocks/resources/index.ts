/** What library blocks take of a 7-series FPGA, as closed formulas of their parameters. */
export * from './logic.js';
export * from './memory.js';
export * from './resources.js';
export * from './stream.js';
