/** A folding as a drawing: the PEs with their inputs on the left, the matrix with the cycle of each block on the right. */
import { cycleOfElement, type FoldingExplanation } from '../dataflow/explain-folding.js';
import { shown } from './folding-text.js';

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const text = (x: number, y: number, content: string, anchor = 'start'): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escape(content)}</text>`;

const box = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill="${fill}" stroke="#444"/>`;

const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<path d="M${x1} ${y1} H${(x1 + x2) / 2} V${y2} H${x2}" fill="none" stroke="#444"/>`;

/** From light to dark over the cycles of a vector. */
const shade = (part: number): string => `hsl(210, 60%, ${Math.round(94 - 44 * part)}%)`;

/** A complete SVG file; no references outside of it. */
export function foldingSvg(folding: FoldingExplanation): string {
  const { layer, rows, columns, PE, SIMD, slices, rowGroups, vectors } = folding;
  const pes = shown(PE, 8);
  const parts: string[] = [];
  const [top, step] = [64, 34];
  parts.push(box(16, top, 110, pes.length * step - 10, '#eef'));
  parts.push(text(71, top + 18, `SIMD ${SIMD}`, 'middle'), text(71, top + 34, 'inputs', 'middle'));
  pes.forEach((p, i) => {
    const y = top + i * step;
    if (p === undefined) {
      parts.push(text(230, y + 16, '...', 'middle'));
      return;
    }
    parts.push(line(126, top + (pes.length * step - 10) / 2, 160, y + 12));
    parts.push(box(160, y, 140, step - 10, '#efe'), text(230, y + 16, `PE ${p}: ${SIMD} x, +, +=`, 'middle'));
    parts.push(line(300, y + 12, 330, y + 12), text(334, y + 16, rowGroups > 1 ? `row ${PE} g + ${p}` : `row ${p}`));
  });
  const left = 470;
  const columnsShown = shown(slices, 16);
  const rowsShown = rows <= 24 ? shown(rows, 24) : shown(rowGroups, 16).map((g) => (g === undefined ? g : g * PE));
  const [cellWidth, cellHeight] = [46, 22];
  columnsShown.forEach((slice, j) => {
    const label = slice === undefined ? '...' : `${slice * SIMD}`;
    parts.push(text(left + j * cellWidth + cellWidth / 2, top - 6, label, 'middle'));
  });
  rowsShown.forEach((row, i) => {
    const y = top + i * cellHeight;
    parts.push(text(left - 6, y + 15, row === undefined ? '...' : `${row}`, 'end'));
    if (row === undefined) return;
    columnsShown.forEach((slice, j) => {
      if (slice === undefined) return;
      const cycle = cycleOfElement(folding, row, slice * SIMD);
      const x = left + j * cellWidth;
      parts.push(box(x, y, cellWidth, cellHeight, shade(cycle / Math.max(1, slices * rowGroups - 1))));
      parts.push(text(x + cellWidth / 2, y + 15, `${cycle}`, 'middle'));
    });
  });
  const width = left + columnsShown.length * cellWidth + 20;
  const height = Math.max(top + pes.length * step, top + rowsShown.length * cellHeight) + 40;
  const title = `${layer}: ${rows} x ${columns}, PE ${PE}, SIMD ${SIMD}, ${slices * rowGroups} cycles a vector, ${vectors} vectors a sample`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 24, title),
    text(left, top - 24, 'columns of the matrix across, rows down; numbers: the cycle'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
