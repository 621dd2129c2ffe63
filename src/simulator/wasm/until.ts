/** Running until an output says stop: the loop, the output and the cycle all stay inside WebAssembly. */
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP } from './function.js';

export interface UntilFunctions {
  /** Runs at most `cycles` cycles, none with the output up; returns how many are left. */
  until(cycles: number): number;
  /** The output as it is now. */
  stopped(): number;
}

/** The module of these functions for an output whose byte lies at `address`; it imports `cycle` and `settle`, and `rewind` for the end where there are rings. */
export function untilModule(address: number, rings = false): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const cycle = module.importFunction('cycle', [], []);
  const settle = module.importFunction('settle', [], []);
  const rewind = rings ? module.importFunction('rewind', [], []) : undefined;
  const stopped = module.declare([], [I32]);
  const look = new FunctionWriter(0);
  look.call(settle).i32(address).mem('i32_load8_u');
  module.define(stopped, look.finish());
  const until = module.declare([I32], [I32]);
  const f = new FunctionWriter(1);
  // block { loop { leave when nothing is left; leave when stop is up; one cycle; again } }
  f.op(0x02, 0x40, 0x03, 0x40);
  f.get(0).op(OP.i32.eqz, 0x0d, 1);
  f.call(stopped).op(0x0d, 1);
  f.call(cycle).get(0).i32(1).op(OP.i32.sub).set(0);
  f.op(0x0c, 0, 0x0b, 0x0b);
  if (rewind !== undefined) f.call(rewind);
  f.get(0);
  module.define(until, f.finish());
  module.export('until', until);
  module.export('stopped', stopped);
  return module.finish();
}
