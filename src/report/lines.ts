/** Figures as a person reads them on a terminal. */
import type { CycleFigures } from '../dataflow/cycle-figures.js';

/** `1,020,408`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `98`, or `64.5` where it is not whole. */
export const interval = (value: number): string => (Number.isInteger(value) ? grouped(value) : value.toFixed(2));

export function figuresLine({ first_output, first_sample, steady_interval, total }: CycleFigures): string {
  const steady = steady_interval === null ? 'one sample only' : `interval ${interval(steady_interval)}`;
  return `first output ${grouped(first_output)}, first sample ${grouped(first_sample)}, ${steady}, total ${grouped(total)} cycles`;
}

/** What all engines of a board do together: samples over the cycles until the last of them is done. */
export function enginesLine(samples: number, { total }: CycleFigures, engines: number): string {
  const rate = ((samples * 1e6) / (total + 1)).toFixed(2);
  const who = engines === 1 ? 'one engine' : `${engines} engines side by side`;
  return `${who}: ${rate} samples a second for every MHz of the clock`;
}

/** Rows as aligned columns; columns whose header starts with `>` are right-aligned. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = header.map((name) => name.replace(/^>/, ''));
  const widths = names.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        header[i]?.startsWith('>') === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(names), ...rows.map(line)].join('\n');
}
