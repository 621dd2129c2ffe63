/** Names that a mistyped one may have meant. */

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (back: number, left: number): number => (back === 0 ? row : rows[i - back])?.[j - left] ?? 0;
      const replaced = at(1, 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(2, 2) + 1 : Infinity;
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

/** The closest of `names`, the best first, at most three; none where nothing is near (a third of the letters differ). */
export function nearest(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const ranked = names.map((each) => ({ each, far: distance(wanted, each.toLowerCase()) }));
  const limit = Math.max(2, Math.floor(name.length / 3));
  return ranked
    .filter(({ each, far }) => far <= limit || (wanted.length > 2 && each.toLowerCase().startsWith(wanted)))
    .sort((a, b) => a.far - b.far || (a.each < b.each ? -1 : 1))
    .slice(0, 3)
    .map(({ each }) => each);
}
