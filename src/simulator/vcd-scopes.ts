/**
 * The variables of a value change dump: signals in their scopes, the wires of a stream in a scope of their own, and beside
 * enums and streams a string that names the state.
 */
import { type Trace, valueAt, type WaveSignal } from './waves.js';

/** One variable; `text` variables hold strings. */
export interface Variable {
  readonly name: string;
  readonly width: number;
  readonly text: boolean;
  readonly changes: readonly { readonly cycle: number; readonly value: string }[];
}

export interface VcdScope {
  readonly scopes: Map<string, VcdScope>;
  readonly variables: Variable[];
}

export const emptyScope = (): VcdScope => ({ scopes: new Map(), variables: [] });

/** All variables of a trace below the scope of the top. */
export function scopesOf(trace: Trace): VcdScope {
  const root = emptyScope();
  const groups = new Map<VcdScope, WaveSignal[]>();
  for (const signal of trace.signals) {
    const scope = signal.scope.reduce(child, root);
    const list = groups.get(scope);
    if (list === undefined) groups.set(scope, [signal]);
    else list.push(signal);
  }
  for (const [scope, signals] of groups) fill(scope, signals);
  return root;
}

function child(scope: VcdScope, name: string): VcdScope {
  let found = scope.scopes.get(name);
  if (found === undefined) scope.scopes.set(name, (found = emptyScope()));
  return found;
}

const axisFields = ['tvalid', 'tready', 'tdata', 'tlast', 'tkeep', 'tstrb', 'tid', 'tdest', 'tuser'];

/** Signals of one scope; those of streams go into a scope named after the stream. */
function fill(scope: VcdScope, signals: readonly WaveSignal[]): void {
  const byName = new Map(signals.map((s) => [s.name, s]));
  const streams = signals
    .filter((s) => s.name.endsWith('_tvalid') && byName.has(s.name.replace(/valid$/, 'ready')))
    .map((s) => s.name.slice(0, -'_tvalid'.length));
  for (const signal of signals) {
    const stream = streams.find((name) => axisFields.some((field) => signal.name === `${name}_${field}`));
    const at = stream === undefined ? scope : child(scope, stream);
    const name = stream === undefined ? signal.name : signal.name.slice(stream.length + 1);
    at.variables.push(bitsOf(signal, name));
    if (signal.members !== undefined) at.variables.push(namesOf(signal, `${name}_name`, signal.members));
  }
  for (const stream of streams) {
    const [valid, ready, last] = ['tvalid', 'tready', 'tlast'].map((name) => byName.get(`${stream}_${name}`));
    if (valid?.width !== 1 || ready?.width !== 1) continue;
    child(scope, stream).variables.push(stateOf(valid, ready, last));
  }
}

function bitsOf(signal: WaveSignal, name: string): Variable {
  const changes = signal.changes.map(({ cycle, value }) => ({ cycle, value: value.toString(2) }));
  return { name, width: signal.width, text: false, changes };
}

function namesOf(signal: WaveSignal, name: string, members: readonly string[]): Variable {
  const changes = signal.changes.map(({ cycle, value }) => ({
    cycle,
    value: members[Number(value)] ?? `not_a_member_${value}`,
  }));
  return { name, width: 1, text: true, changes };
}

/** What a stream does in every cycle: `idle`, `ready`, `stall` (valid, not ready), `beat`, or `last` with tlast. */
function stateOf(valid: WaveSignal, ready: WaveSignal, last: WaveSignal | undefined): Variable {
  const all = [valid, ready, ...(last === undefined ? [] : [last])];
  const cycles = [...new Set(all.flatMap((s) => s.changes.map(({ cycle }) => cycle)))].sort((a, b) => a - b);
  const high = (s: WaveSignal | undefined, cycle: number): boolean => s !== undefined && valueAt(s, cycle) === 1n;
  const changes: { cycle: number; value: string }[] = [];
  for (const cycle of cycles) {
    const [v, r] = [high(valid, cycle), high(ready, cycle)];
    const value = v ? (r ? (high(last, cycle) ? 'last' : 'beat') : 'stall') : r ? 'ready' : 'idle';
    if (changes.at(-1)?.value !== value) changes.push({ cycle, value });
  }
  return { name: 'state', width: 1, text: true, changes };
}
