/** The engine of the first cycles: a program that is there at once and not quick, until enough cycles have been run. */
import type { ElaboratedCircuit } from '../elaborated.js';
import { clockSet } from '../inspect.js';
import type { Engine } from './engine.js';
import { type Ground, groundOf, pagesFor } from './ground.js';
import { Allocator, layoutOf } from './layout.js';
import { instantiate } from './runtime.js';
import { mayStart, startProgram } from './start-program.js';

/** Cycles after which compiling again costs less than going on, roughly, whatever the size of the circuit. */
export const FULL_AFTER = 2000;

/** Bytes left free for the full program, in all, for every register and for every wire. */
const SPARE = 4096;
const SPARE_EACH = 96;
const SPARE_WIRE = 16;

/** An engine on a ground of its own; undefined for circuits that need the full program. */
export function startEngine(
  circuit: ElaboratedCircuit,
  fullAfter: number,
  full: (ground: Ground) => Engine,
): { readonly engine: Engine; readonly ground: Ground } | undefined {
  if (fullAfter <= 0 || !mayStart(circuit)) return undefined;
  const layout = layoutOf(circuit);
  const allocator = new Allocator(layout.end);
  const module = startProgram(circuit, layout, allocator);
  if (module === undefined) return undefined;
  const bytes = module.finish(pagesFor(allocator.end));
  // The full program keeps copies of registers; there is room for them already, so that no view of a port is cut off.
  const ground = groundOf(
    circuit,
    layout,
    allocator,
    SPARE + SPARE_EACH * circuit.updates.length + SPARE_WIRE * circuit.assigns.length,
  );
  const { settle, cycle } = instantiate(bytes, ground.memory) as { settle: () => void; cycle: () => void };
  let cycles = 0;
  const next = (): Engine => full(ground);
  const engine: Engine = {
    codeBytes: bytes.length,
    tick: (clocks) => {
      const some = clocks !== undefined && clockSet(circuit, clocks).size < circuit.clocks.length;
      if (some || cycles >= fullAfter) return next().tick(clocks);
      cycles++;
      cycle();
    },
    run: (n) => {
      if (cycles + n > fullAfter) return next().run(n);
      cycles += n;
      for (let k = 0; k < n; k++) cycle();
    },
    runUntil: (stop, limit) => next().runUntil(stop, limit),
    playing: (module, outputs) => next().playing(module, outputs),
    settle,
    settleAll: settle,
    putBack: () => undefined,
    synchronize: () => undefined,
    journal: (options) => next().journal(options),
  };
  return { engine, ground };
}
