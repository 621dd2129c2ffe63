/** Test benches inside the circuit: sources, sinks and scoreboards that run at the speed of the simulator. */
export { type AnyTemplate, closedBench, type ClosedBenchOptions } from './closed-bench.js';
export { mismatchKinds, Scoreboard } from './scoreboard.js';
export { streamChecksum, StreamSink } from './stream-sink.js';
export { endless, StreamSource } from './stream-source.js';
