/**
 * Value change dump (IEEE 1364-2005, clause 18) of a trace, with scopes from the paths and the clock drawn in.
 */
import type { Trace, WaveSignal } from './waves.js';

interface Scope {
  readonly scopes: Map<string, Scope>;
  readonly variables: { readonly name: string; readonly code: string; readonly width: number }[];
}

/** Short identifiers over the printable characters. */
function code(n: number): string {
  let rest = n;
  let text = '';
  do {
    text += String.fromCharCode(33 + (rest % 94));
    rest = Math.floor(rest / 94) - 1;
  } while (rest >= 0);
  return text;
}

/** The trace as text; one cycle takes 10 ns, the clock rises at its end. */
export function writeVcd(trace: Trace, options: { readonly clock?: string } = {}): string {
  const clock = options.clock ?? 'aclk';
  const root: Scope = { scopes: new Map(), variables: [{ name: clock, code: code(0), width: 1 }] };
  trace.signals.forEach((s, n) => declare(root, s, code(n + 1)));
  const lines = ['$version Heddle $end', '$timescale 1ns $end', `$scope module ${trace.top} $end`];
  list(root, lines);
  lines.push('$upscope $end', '$enddefinitions $end');
  const changes = new Map<number, string[]>();
  trace.signals.forEach((s, n) => {
    for (const { cycle, value } of s.changes) {
      const at = changes.get(cycle) ?? [];
      at.push(s.width === 1 ? `${value}${code(n + 1)}` : `b${value.toString(2)} ${code(n + 1)}`);
      changes.set(cycle, at);
    }
  });
  for (let cycle = 0; cycle < trace.cycles; cycle++) {
    const at = (cycle + (trace.first ?? 0)) * 10;
    lines.push(`#${at}`, ...(cycle === 0 ? ['$dumpvars'] : []), `0${code(0)}`, ...(changes.get(cycle) ?? []));
    if (cycle === 0) lines.push('$end');
    lines.push(`#${at + 5}`, `1${code(0)}`);
  }
  lines.push(`#${(trace.cycles + (trace.first ?? 0)) * 10}`, '');
  return lines.join('\n');
}

function declare(root: Scope, signal: WaveSignal, id: string): void {
  const parts = signal.path.split('.');
  let scope = root;
  for (const part of parts.slice(0, -1)) {
    let next = scope.scopes.get(part);
    if (next === undefined) scope.scopes.set(part, (next = { scopes: new Map(), variables: [] }));
    scope = next;
  }
  scope.variables.push({ name: parts.at(-1) ?? '', code: id, width: signal.width });
}

function list(scope: Scope, lines: string[]): void {
  for (const v of scope.variables) {
    // Index brackets in a name would be read as a bit range.
    const name = v.name.replaceAll('[', '(').replaceAll(']', ')');
    const range = v.width === 1 ? '' : ` [${v.width - 1}:0]`;
    lines.push(`$var wire ${v.width} ${v.code} ${name}${range} $end`);
  }
  for (const [name, inner] of scope.scopes) {
    lines.push(`$scope module ${name} $end`);
    list(inner, lines);
    lines.push('$upscope $end');
  }
}
