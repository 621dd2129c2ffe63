/** Faults in the passes of the simulator, planted into what one of them hands on, and who notices them. */
import { compile, elaborate, type ElaboratedCircuit, interpret, type Simulation } from '../../src/simulator/index.js';
import type { ExShape } from '../../src/simulator/elaborated.js';
import { Expressions } from '../../src/simulator/expressions.js';
import { type Case, play } from '../verilog/fuzz-batch.js';
import { subjects } from '../verilog/seeded-bugs.js';
import { elaboratedFaults, plantFault } from './data-faults.js';

export interface PlantedInCircuit {
  readonly module: string;
  readonly fault: string;
  /** Way to the node that is changed, in the circuit at the module's first values. */
  readonly place: string;
  /** Name of the signal whose driver is changed. */
  readonly target: string;
  /** The faulty circuit at each of the module's values. */
  readonly circuits: readonly ElaboratedCircuit[];
}

/** The module at each of its values, elaborated. */
export const circuitsOf = (module: string): ElaboratedCircuit[] =>
  subjects.get(module)!.map(({ one, contents }) => observable(elaborate(one.design, { images: contents })));

/** Without wires that only tell readers of the text that something is meant to be unread. */
function observable(circuit: ElaboratedCircuit): ElaboratedCircuit {
  const unread = ({ target }: { readonly target: number }) => /(^|[.])unused_/.test(circuit.signals[target]!.name);
  return { ...circuit, assigns: circuit.assigns.filter((assign) => !unread(assign)) };
}

/** The circuit with expressions made anew, in a table of their own: consumers tell them apart by identity. */
export function rebuilt(circuit: ElaboratedCircuit): ElaboratedCircuit {
  const expressions = new Expressions();
  const known = new Map<object, unknown>();
  const visit = (value: unknown): unknown => {
    if (value instanceof Expressions) return expressions;
    if (typeof value !== 'object' || value === null) return value;
    const found = known.get(value);
    if (found !== undefined) return found;
    const made = Array.isArray(value) ? value.map(visit) : object(value);
    known.set(value, made);
    return made;
  };
  const object = (value: object): unknown => {
    const parts = Object.entries(value).map(([key, each]) => [key, visit(each)] as const);
    const isExpression = 'op' in value && 'width' in value;
    const copy = Object.fromEntries(isExpression ? parts.filter(([key]) => !facts.has(key)) : parts);
    return isExpression ? expressions.intern(copy as ExShape) : copy;
  };
  return visit(circuit) as ElaboratedCircuit;
}
const facts: ReadonlySet<string> = new Set(['id', 'vars', 'cost', 'bound']);

/** Every fault at up to `places` places of every library module, elaborated. */
export function plantedInCircuits(places: number): PlantedInCircuit[] {
  return [...subjects.keys()].flatMap((module) => {
    const circuits = circuitsOf(module);
    return elaboratedFaults.flatMap((fault) => {
      const planted = circuits.map((circuit) => plantFault(circuit, fault, places));
      return planted[0]!.map(({ place }, k) => ({
        module,
        fault: fault.name,
        place,
        target: targetAt(circuits[0]!, place),
        circuits: planted.flatMap((each) => (each[k]?.place === place ? [rebuilt(each[k].data)] : [])),
      }));
    });
  });
}

function targetAt({ assigns, updates, writes, asyncResets, signals }: ElaboratedCircuit, place: string): string {
  const [list = '', index = ''] = place.split('.');
  const lists: Readonly<Record<string, readonly object[]>> = { assigns, updates, writes, asyncResets };
  const driver = lists[list]?.[Number(index)] as { readonly target?: number; readonly memory?: number } | undefined;
  return signals[driver?.target ?? driver?.memory ?? -1]?.name ?? place;
}

/** Faults that nobody can notice, with the reason. */
export const unseen: Readonly<Record<string, string>> = {
  'register_slice: xor for or at out_valid_q':
    'a beat is accepted only while none is held, so the two are never true together',
  'register_slice: a branch lost at hold_q': 'what is loaded while the slice moves on is not marked valid',
  'upsizer: a loop one short at group_q': 'the last slot leaves with its beat and is never read back',
  'upsizer: the first element for every iteration at out_q':
    'the condition was taken out of the loop: one bit an iteration, all of them equal',
  'matvec_xnor: zeros instead of the sign at term': 'a count of ones is never negative',
  'requantize_s_half_up_wrap: a constant folded from another value at ones':
    'only the lowest bit of the mask changes, and half_less drops it',
  'requantize_s_half_up_wrap: zeros instead of the sign at shifted': 'a result that wraps takes the low bits only',
  'requantize_s_half_up_wrap: the sign instead of zeros at half_less': 'the highest bit is a constant zero',
  'requantize_s_half_up_wrap: the first element for every iteration at half_less': 'the mask is the same in every lane',
  'requantize_s_to_zero_sat_s: le for lt at rounded': 'for a sum of 0 the ones added lie below the bits that are kept',
  'requantize_s_to_zero_sat_s: le for lt at out_q': '0 is in range: its sign is not asked for',
  'requantize_s_to_zero_sat_s: the sign instead of zeros at rounded': 'the highest bit is a constant zero',
  'argmax_s: subWrap for addWrap at index': 'the lane is number 0: nothing is added',
};

/** What a simulator makes of a circuit, or why it refuses it. */
function outcome(make: () => Simulation, { inputs, outputs, stimulus }: Case): string {
  try {
    return play(make(), inputs, outputs, stimulus).join('\n');
  } catch (error) {
    return error instanceof Error ? `refused: ${error.message}` : 'refused';
  }
}

/**
 * Who sees that the circuit is not the one that was meant. The values due are those of the sound circuit in the interpreter,
 * which Icarus confirms on its text: `interpreter` is a fault in front of both simulators, `wasm` one in front of the
 * compiled simulator alone.
 */
export function noticedBy({ module, circuits }: Pick<PlantedInCircuit, 'module' | 'circuits'>): string[] {
  const differs = (make: (circuit: ElaboratedCircuit) => Simulation): boolean =>
    circuits.some((circuit, k) => {
      const { one } = subjects.get(module)![k]!;
      return outcome(() => make(circuit), one) !== one.expected.join('\n');
    });
  return [...(differs(interpret) ? ['interpreter'] : []), ...(differs(compile) ? ['wasm'] : [])];
}
