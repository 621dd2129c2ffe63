/** The processor and memories that tops run among; `cosim` uses the same. */
export { type StreamBeat, TopBench, type TopOptions } from '../../src/build/top-bench.js';
