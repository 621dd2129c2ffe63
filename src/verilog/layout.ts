/** Lines of at most 100 columns: break points become blanks, or line breaks where a line is too long. */
import { BREAK } from './print-expr.js';

export const COLUMNS = 100;
const WIDEST_COLUMN = 60;
const anyBreak = /[\ue000-\ue03f]/g;

/** `line` with its break points as blanks. */
export function flat(line: string): string {
  return line.replace(anyBreak, ' ');
}

/** `line` (with its indentation) as one line, or as several broken at the outermost operators that make it fit. */
export function wrapLine(line: string, tail = 0): string[] {
  if (flat(line).length + tail <= COLUMNS) return [flat(line)];
  const depth = outermost(line);
  if (depth === undefined) return [line];
  const indent = `${/^ */.exec(line)![0]}    `;
  const lines: string[] = [];
  let current = '';
  for (const piece of line.split(String.fromCharCode(depth))) {
    const candidate = current === '' ? piece : `${current} ${piece}`;
    if (current === '' || flat(candidate).length <= COLUMNS - tail) current = candidate;
    else {
      lines.push(current);
      current = indent + piece;
    }
  }
  lines.push(current);
  return lines.flatMap((each) => (each === line ? [flat(each)] : wrapLine(each, tail)));
}

function outermost(line: string): number | undefined {
  const codes = [...line].map((c) => c.charCodeAt(0)).filter((code) => code >= BREAK && code <= BREAK + 0x3f);
  return codes.length === 0 ? undefined : Math.min(...codes);
}

/** Prose broken at blanks; `width` columns at most. */
export function wrapProse(prose: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of prose.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  lines.push(current);
  return lines;
}

/** Pads every cell of a column to the longest, leaving out the few that are far longer than a column should be. */
export function padColumn(cells: readonly string[]): string[] {
  const longest = Math.max(0, ...cells.map((cell) => cell.length).filter((length) => length <= WIDEST_COLUMN));
  return cells.map((cell) => cell.padEnd(longest));
}
