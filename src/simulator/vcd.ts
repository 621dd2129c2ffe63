/**
 * Value change dump (IEEE 1364-2005, clause 18) of a trace, for GTKWave and Surfer: the scopes of the emitted text, streams
 * grouped, the clock drawn in.
 *
 * Names of enum members and states of streams are `string` variables with `s` values, an extension of the standard that
 * both viewers read; no filter file or configuration is needed.
 */
import { emptyScope, scopesOf, type Variable, type VcdScope } from './vcd-scopes.js';
import type { Trace } from './waves.js';

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

/** The trace as text; one cycle takes 10 ns, the clock rises in its middle. Cycle n of the simulation begins at 10 n. */
export function writeVcd(trace: Trace, options: { readonly clock?: string } = {}): string {
  const { first = 0, cycles } = trace;
  const clock = { name: options.clock ?? 'aclk', width: 1, text: false, changes: [] };
  const root = emptyScope();
  const top = scopesOf(trace);
  root.scopes.set(trace.top, { ...top, variables: [clock, ...top.variables] });
  const lines = ['$version Heddle $end', '$timescale 1ns $end'];
  const variables: Variable[] = [];
  list(root, lines, variables);
  lines.push('$enddefinitions $end');
  const changes = Array.from({ length: cycles }, (): string[] => []);
  variables.forEach(({ width, text, changes: own }, n) => {
    for (const { cycle, value } of own) {
      changes[cycle]?.push(text ? `s${value} ${code(n)}` : width === 1 ? value + code(n) : `b${value} ${code(n)}`);
    }
  });
  // The clock is the first variable.
  changes.forEach((own, cycle) => {
    const at = (cycle + first) * 10;
    lines.push(`#${at}`, ...(cycle === 0 ? ['$dumpvars'] : []), `0${code(0)}`, ...own);
    if (cycle === 0) lines.push('$end');
    lines.push(`#${at + 5}`, `1${code(0)}`);
  });
  lines.push(`#${(cycles + first) * 10}`, '');
  return lines.join('\n');
}

function list(scope: VcdScope, lines: string[], variables: Variable[]): void {
  for (const variable of scope.variables) {
    const id = code(variables.push(variable) - 1);
    const range = variable.width === 1 ? '' : ` [${variable.width - 1}:0]`;
    lines.push(`$var ${variable.text ? 'string' : 'wire'} ${variable.width} ${id} ${variable.name}${range} $end`);
  }
  for (const [name, inner] of scope.scopes) {
    lines.push(`$scope module ${name} $end`);
    list(inner, lines, variables);
    lines.push('$upscope $end');
  }
}
