/** Tables of text reports: `| a | b |` rows whose columns are found by the names in their header. */

/** Rows of the first table whose header has a cell that starts with `first`, as records by header cell. */
export function tableRows(text: string, first: string): readonly Readonly<Record<string, string>>[] {
  const rows = text.split('\n').map(cells);
  const at = rows.findIndex((row) => row?.[0]?.startsWith(first));
  const header = rows[at];
  if (header === undefined || header === null) return [];
  const found: Record<string, string>[] = [];
  for (const row of rows.slice(at + 1)) {
    // Rules of dashes stand around the header; the table ends where a line without bars follows its last row.
    if (row === undefined) {
      if (found.length > 0) break;
      continue;
    }
    if (row === null) continue;
    found.push(Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
  }
  return found;
}

/** Cells of a row; null for a rule inside of a table, undefined for any other line. */
function cells(line: string): string[] | null | undefined {
  if (/^\+[-+]+\+?\s*$/.test(line)) return null;
  if (!line.startsWith('|')) return undefined;
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

/** A number of a report; undefined for n/a, blanks and dashes. Thousands may be set apart by commas. */
export function reportNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replace(/,/g, '').replace(/^<\s*/, '').trim());
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}
