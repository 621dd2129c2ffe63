/** A failed run as text: what, where, the values, a waveform around the cycle, and the command that repeats it. */
import type { Simulation } from '../simulator/simulation.js';
import type { Failure } from './failure.js';
import { runLockstep } from './lockstep.js';
import type { LockstepSpec } from './lockstep-spec.js';
import { formatStall } from './stalls.js';

/** Cycles shown: this many, the failing one among the last quarter. */
const shown = 16;
const after = 4;

interface Row {
  readonly label: string;
  readonly cells: string[];
}

/** Rows of the waveform: inputs once, outputs once per participant where they differ anywhere. */
function record(spec: LockstepSpec, failure: Failure): Row[] {
  const from = Math.max(0, failure.cycle - (shown - after));
  const to = failure.cycle + after - 1;
  const cycles: string[] = [];
  const rows = new Map<string, Row>();
  const sample = (sims: readonly Simulation[], index: number, names: readonly string[]): void => {
    for (const { name, dir } of sims[index]?.ports ?? []) {
      if (dir === 'input' && index > 0) continue;
      const key = `${dir} ${name} ${index}`;
      const label = dir === 'input' ? `> ${name}` : `< ${name} ${names[index] ?? ''}`;
      if (!rows.has(key)) rows.set(key, { label, cells: [] });
      rows.get(key)?.cells.push(sims[index]?.peek(name).toString(16) ?? '');
    }
  };
  const names = spec.participants.map(({ name }) => name);
  runLockstep(spec, (cycle, sims) => {
    if (cycle >= from) {
      cycles.push(String(cycle));
      sims.forEach((_, index) => sample(sims, index, names));
    }
    return cycle < to;
  });
  const body = [...rows].filter(([key, row]) => {
    const [dir, name, index] = key.split(' ');
    if (dir === 'input' || index === '0') return true;
    return rows.get(`output ${name} 0`)?.cells.join() !== row.cells.join();
  });
  return [{ label: 'cycle', cells: cycles }, ...body.map(([, row]) => row)];
}

/** Columns of equal width; a value that stays is shown once and then as dots. Wide values keep their lowest digits. */
function renderRows(rows: readonly Row[], failing: number): string[] {
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const cut = (cell: string): string => (cell.length > 8 ? `~${cell.slice(-7)}` : cell);
  const width = Math.max(2, ...rows.flatMap(({ cells }) => cells.map((cell) => cut(cell).length)));
  return rows.map(({ label, cells }, r) => {
    const columns = cells.map((cell, i) => {
      const still = r > 0 && i > 0 && cells[i - 1] === cell;
      const mark = r === 0 && cell === String(failing) ? '*' : '';
      return (mark + (still ? '.' : cut(cell))).padStart(width + 1);
    });
    return `  ${label.padEnd(labelWidth)} ${columns.join('')}`;
  });
}

/** `--seed 7 --stall bursty/long`: what a repeat command needs. */
export function repeatOptions(spec: LockstepSpec): string {
  return `--seed ${spec.seed} --stall ${formatStall(spec.stall)}`;
}

export interface ReportOptions {
  /** What was run: a block, a build. */
  readonly subject: string;
  /** The whole command that repeats the run; `repeatOptions` gives its last part. */
  readonly repeat?: (spec: LockstepSpec) => string;
}

/** The whole report, ready to print. Runs the spec once more to draw the waveform. */
export function renderFailure(spec: LockstepSpec, failure: Failure, { subject, repeat }: ReportOptions): string {
  const names = spec.participants.map(({ name }) => name);
  const differing = (failure.ports ?? []).map(({ port, values }) => {
    const each = values.flatMap((value, i) =>
      value === undefined ? [] : [`${names[i] ?? i} 0x${value.toString(16)}`],
    );
    return `  ${port}: ${each.join('   ')}`;
  });
  const beats = Object.entries(spec.inputs).map(([stream, list]) => `${list.length} beats on ${stream}`);
  const resets = spec.resets === undefined || spec.resets === 0 ? [] : [`${spec.resets} resets`];
  return [
    `${subject}: ${failure.rule} in cycle ${failure.cycle}: ${failure.message}`,
    ...differing,
    ...renderRows(record(spec, failure), failure.cycle),
    `  stall ${formatStall(spec.stall)}, seed ${spec.seed}, ${[...beats, ...resets].join(', ')}`,
    ...(repeat === undefined ? [] : [`  repeat: ${repeat(spec)}`]),
  ].join('\n');
}
