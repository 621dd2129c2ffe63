/** Boxes and arrows as SVG text: one file, system fonts only, dark text on pale boxes, readable when printed. */

/** What a box stands for; chooses its colour. */
export type BoxKind = 'port' | 'product' | 'quantizer' | 'elementwise' | 'shape';

export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  /** First line, bold: the operator. */
  readonly title: string;
  /** Name, parameters, shapes: one line each. */
  readonly lines: readonly string[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface Drawing {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Places that the layout found: corners of boxes by id, and the way of every arrow, in the order of `arrows`. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly corners: Readonly<Record<string, Point>>;
  readonly ways: readonly (readonly Point[])[];
}

const fontSize = 12;
const lineHeight = 16;
/** Width of a character of the system's monospaced font, a little generous. */
const charWidth = 7.4;
const padding = 8;
const margin = 20;
const header = 32;
const longest = 56;

const fills: Readonly<Record<BoxKind, string>> = {
  port: '#e8e8e8',
  product: '#cfe2f6',
  quantizer: '#fde3b8',
  elementwise: '#dbeed5',
  shape: '#f6f6f6',
};

/** The lines of a box as they are drawn; long names are cut in the middle, where they differ least. */
export function boxLines({ title, lines }: Box): string[] {
  return [title, ...lines].map((line) => {
    if (line.length <= longest) return line;
    const half = Math.floor((longest - 1) / 2);
    return `${line.slice(0, half)}…${line.slice(-half)}`;
  });
}

export function boxSize(box: Box): { readonly width: number; readonly height: number } {
  const lines = boxLines(box);
  const characters = Math.max(...lines.map((line) => line.length));
  return { width: Math.ceil(characters * charWidth) + 2 * padding, height: lines.length * lineHeight + 2 * padding };
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string =>
  text
    // XML has no way to write control characters.
    .replace(/\p{Cc}/gu, '?')
    .replace(/[&<>"]/g, (c) => escapes[c] ?? c);
const round = (value: number): string => String(Math.round(value * 10) / 10);

export function renderDrawing(drawing: Drawing, layout: Layout): string {
  const width = Math.ceil(Math.max(layout.width, drawing.title.length * charWidth) + 2 * margin);
  const height = Math.ceil(layout.height + header + 2 * margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"` +
      ` font-family="monospace" font-size="${fontSize}">`,
    `<title>${escape(drawing.title)}</title>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0,0 L8,4 L0,8 z" fill="#444"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${margin}" y="${margin + fontSize}" font-weight="bold">${escape(drawing.title)}</text>`,
    `<g transform="translate(${margin},${margin + header})">`,
    ...layout.ways.map(arrowSvg),
    ...drawing.boxes.map((box) => boxSvg(box, layout.corners[box.id] ?? { x: 0, y: 0 })),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function arrowSvg(points: readonly Point[]): string {
  const way = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${way}" fill="none" stroke="#444" stroke-width="1.2" marker-end="url(#head)"/>`;
}

function boxSvg(box: Box, { x, y }: Point): string {
  const { width, height } = boxSize(box);
  const texts = boxLines(box).map((line, k) => {
    const style = k === 0 ? ' font-weight="bold"' : '';
    const baseline = round(y + padding + k * lineHeight + fontSize);
    return `<text x="${round(x + padding)}" y="${baseline}"${style}>${escape(line)}</text>`;
  });
  const frame = `<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="5" fill="${fills[box.kind]}" stroke="#666"/>`;
  return [frame, ...texts].join('\n');
}
