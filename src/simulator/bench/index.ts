/** Test benches beside the circuit, in two forms, and time travel. */
export {
  AsyncBench,
  type AsyncBenchOptions,
  type ReceiveStream,
  runBench,
  type SendStream,
  type WaitOptions,
} from './async-bench.js';
export { Bench, type BenchIo, type BenchOptions, type Coroutine } from './bench.js';
export { BenchError, type BenchFailure } from './bench-error.js';
export { findStreams, type PortStream } from './port-streams.js';
export { type AgentOptions, type Beat, type BeatLike } from './stream-agent.js';
export { TimeMachine, type TimeMachineOptions } from './time-machine.js';
