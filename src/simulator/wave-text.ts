/** Waves as aligned text for the message of a failing test: bits as levels, buses as hexadecimal where they change. */
import { type Trace, type WaveSignal, valueAt } from './waves.js';

export interface WaveWindow {
  /** First sample; by default the last sixteen are shown. */
  readonly from?: number;
  /** First sample after the window. */
  readonly to?: number;
}

/** Widest value shown in full; the low digits of wider ones follow a tilde. */
const MAX_DIGITS = 10;

/**
 * One line per signal, one column per cycle. A bit is `▔` or `▁`; a bus shows its value where it changes and `.` where it
 * stays; enums show their members.
 */
export function renderWave(trace: Trace, window: WaveWindow = {}): string {
  const to = Math.min(window.to ?? trace.cycles, trace.cycles);
  const from = Math.max(0, window.from ?? to - 16);
  const cycles = Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
  const rows = trace.signals.map((s) => ({ name: s.path, cells: cells(s, cycles) }));
  const head = { name: 'cycle', cells: cycles.map((cycle) => String(cycle + (trace.first ?? 0))) };
  const nameWidth = Math.max(...[head, ...rows].map((r) => r.name.length));
  const widths = cycles.map((_, k) =>
    Math.max(...[head, ...rows].map((r) => (isLevel(r.cells[k]) ? 1 : (r.cells[k]?.length ?? 0)))),
  );
  const line = (row: { name: string; cells: readonly string[] }): string => {
    const body = row.cells.map((cell, k) => {
      const width = widths[k] ?? 1;
      // A level fills its column and the gap, so that it reads as a line.
      return isLevel(cell) ? cell.repeat(width + 1) : `${cell.padEnd(width)} `;
    });
    return `${row.name.padEnd(nameWidth)}  ${body.join('')}`.trimEnd();
  };
  return [head, ...rows].map(line).join('\n');
}

const isLevel = (cell: string | undefined): boolean => cell === '▔' || cell === '▁';

function cells(signal: WaveSignal, cycles: readonly number[]): string[] {
  let previous: bigint | undefined;
  return cycles.map((cycle, k) => {
    const value = valueAt(signal, cycle);
    if (value === undefined) return '?';
    if (signal.width === 1 && signal.members === undefined) return value === 0n ? '▁' : '▔';
    const same = k > 0 && value === previous;
    previous = value;
    return same ? '.' : textOf(signal, value);
  });
}

function textOf(signal: WaveSignal, value: bigint): string {
  const member = signal.members?.[Number(value)];
  if (member !== undefined) return member;
  const digits = value.toString(16).padStart(Math.min(MAX_DIGITS, Math.ceil(signal.width / 4)), '0');
  return digits.length <= MAX_DIGITS ? digits : `~${digits.slice(-MAX_DIGITS + 1)}`;
}
