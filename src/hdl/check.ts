/** Checks of a finished module, all problems at once; each check is a file of its own. */
import { type Diagnostic, HeddleError } from '../base/diagnostics.js';
import {
  combinationalLoop,
  type ModuleDef,
  type Modules,
  type NatEnv,
  undeclaredCrossings,
  writeClashes,
} from '../circuit/index.js';
import { branchProblems } from './check-branches.js';
import { driverProblems } from './check-drivers.js';
import { type InnerStream, streamProblems, unreadInputs } from './check-ports.js';
import { diagnostic, placeOf } from './errors.js';

/** Throws every problem of the module at once. `env` is the witness at which vectors are looked at by element. */
export function checkModule(
  module: ModuleDef,
  modules: Modules,
  env: NatEnv,
  innerStreams: readonly InnerStream[] = [],
): void {
  const drivers = driverProblems(module, env);
  const streams = streamProblems(module, innerStreams, drivers.undriven);
  const problems = [
    ...streams.problems,
    ...drivers.problems(streams.explained),
    ...branchProblems(module),
    ...unreadInputs(module, streams.explained),
    ...memoryProblems(module),
    ...crossingProblems(module, modules),
  ];
  // A loop is looked for in modules that are whole otherwise.
  if (problems.length === 0) problems.push(...loopProblems(module, modules, env));
  if (problems.length > 0) throw new HeddleError(problems);
}

function memoryProblems(module: ModuleDef): Diagnostic[] {
  return writeClashes(module).map(({ memory, places, loop }) => {
    const { name, place } = module.signals[memory]!;
    const [first, second] = places;
    const writes =
      loop === undefined
        ? [placeOf(first, 'written here'), placeOf(second, 'and here')]
        : [placeOf(first, `written here, once an iteration of '${loop}'`)];
    return diagnostic(
      'H1020',
      `memory '${name}' of module '${module.name}' may be written twice in one cycle, and nothing says what stays`,
      "give b.memory { collision: 'last' } or { collision: 'never' }, or put the writes into branches of one when",
      [...writes, placeOf(place, `'${name}' is declared here`)],
    );
  });
}

function crossingProblems(module: ModuleDef, modules: Modules): Diagnostic[] {
  return undeclaredCrossings(module, modules).map(({ taker, to, place, origin, from }) =>
    diagnostic(
      'H1018',
      `${taker} of ${to} takes a value of ${from}, '${origin.name}', in module '${module.name}' without a declared crossing`,
      'send it through BitSynchronizer or AsyncFifo, or state why it is safe with b.crossing',
      [placeOf(place, `${taker} takes it here`), placeOf(origin.place, `'${origin.name}' of ${from} is declared here`)],
    ),
  );
}

const MAX_HOPS = 24;

function loopProblems(module: ModuleDef, modules: Modules, env: NatEnv): Diagnostic[] {
  const loop = combinationalLoop(module, modules, env);
  if (loop === undefined) return [];
  const shown = loop.slice(0, MAX_HOPS);
  const hops = shown.map(({ name, place }, k) => {
    const rest = loop.length - shown.length;
    const next = shown[k + 1]?.name ?? (rest > 0 ? `${rest} more` : loop[0]!.name);
    return placeOf(place, `${name} depends on ${next}`);
  });
  return [
    diagnostic(
      'H1101',
      `combinational loop through ${loop[0]!.name} of module '${module.name}'`,
      'put a register on one of these hops',
      hops,
    ),
  ];
}
