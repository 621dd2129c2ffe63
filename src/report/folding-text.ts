/** A folding as text: circuit, allocation, the matrix with its cycles, im2col shapes, line buffers. */
import {
  cycleOfElement,
  foldingCycle,
  type FoldingExplanation,
  type Im2col,
  type LineBuffer,
  reuse,
} from '../dataflow/explain-folding.js';
import { grouped, table } from './lines.js';

/** Lists up to this long stand whole; longer ones have their ends. */
const most = 8;

/** Indices 0 .. n - 1, or the first and the last with undefined for what is left out. */
export function shown(n: number, limit = most): readonly (number | undefined)[] {
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  const head = limit - 3;
  return [...Array.from({ length: head }, (_, i) => i), undefined, n - 2, n - 1];
}

const range = (from: number, count: number): string => (count === 1 ? `${from}` : `${from}-${from + count - 1}`);

function circuit({ PE, SIMD, depthwise, inputBits, weightBits, slices, rowGroups }: FoldingExplanation): string {
  const inputs = depthwise ? `${PE} channels of ${inputBits} bit` : `SIMD ${SIMD} inputs of ${inputBits} bit`;
  const work = depthwise ? 'product > running sum' : `${SIMD} product${SIMD === 1 ? '' : 's'} > sum > running sum`;
  const target = depthwise ? 'channel' : 'row';
  const lines = shown(PE, 6).map((p, i) => {
    const left = `  ${i === 0 ? inputs : ' '.repeat(inputs.length)} `;
    if (p === undefined) return `${left}  |    ...`;
    const row = rowGroups > 1 ? `g * ${PE} + ${p}` : `${p}`;
    return `${left}${i === 0 ? '--' : '  '}+--> PE ${p}: ${work} --> ${target} ${row}`;
  });
  const bits = `PE * SIMD * ${weightBits} = ${grouped(PE * SIMD * weightBits)} bits`;
  const weights = `  weight memory: ${grouped(slices * rowGroups)} words of ${bits}, one a cycle`;
  const kept =
    rowGroups > 1 && !depthwise
      ? [`  the ${slices} beats of a vector are kept and replayed for ${rowGroups} groups of rows g`]
      : [];
  return [...lines, weights, ...kept].join('\n');
}

function allocation(folding: FoldingExplanation): string {
  const { PE, SIMD, slices, rowGroups } = folding;
  const pes = shown(PE, 6);
  const header = ['>cycle', '>inputs', ...pes.map((p) => (p === undefined ? '...' : `>PE ${p}`)), ''];
  const cycles = shown(slices * rowGroups, 14);
  const rows = cycles.map((cycle) => {
    if (cycle === undefined) return ['...', ...pes.map(() => ''), '', ''];
    const { column, row, ends } = foldingCycle(folding, cycle);
    const cells = pes.map((p) => (p === undefined ? '...' : `row ${row + p}`));
    return [`${cycle}`, range(column, SIMD), ...cells, ends ? `sums of rows ${range(row, PE)} leave` : ''];
  });
  return table(header, rows).replace(/^/gm, '  ');
}

/** The matrix in blocks of PE rows and SIMD columns, each with its cycle. */
function matrix(folding: FoldingExplanation): string {
  const { rows, PE, SIMD, slices, rowGroups, columns } = folding;
  const slicesShown = shown(slices, 12);
  const header = [
    '',
    ...slicesShown.map((slice) => (slice === undefined ? '...' : `>in ${range(slice * SIMD, SIMD)}`)),
  ];
  const small = rows <= 16;
  const lines = small
    ? shown(rows, 16)
    : shown(rowGroups).map((group) => (group === undefined ? undefined : group * PE));
  const body = lines.map((row) => {
    if (row === undefined) return ['...'];
    const cells = slicesShown.map((slice) =>
      slice === undefined ? '...' : `${cycleOfElement(folding, row, slice * SIMD)}`,
    );
    return [small ? `row ${row} (PE ${row % PE})` : `rows ${range(row, PE)}`, ...cells];
  });
  return `  ${rows} x ${columns}, every place with the cycle in which it is used\n${table(header, body).replace(/^/gm, '  ')}`;
}

const share = ({ depth, image }: LineBuffer): string => `${((100 * depth) / image).toFixed(1)} %`;

function bufferLine(buffer: LineBuffer): string {
  const { height, width, channels, image, least, depth } = buffer;
  return `  ${height} x ${width} x ${channels}: image ${grouped(image)} elements, buffer ${grouped(depth)} (${share(buffer)}), one window from end to end ${grouped(least)}`;
}

function im2colText(im2col: Im2col, { rows, columns, vectors }: FoldingExplanation): string {
  const { image, kernel, stride, dilation, padding, output, groups, elements, patches, buffer, large } = im2col;
  const times = (list: readonly number[]): string => list.join(' x ');
  const extras = [
    `kernel ${times(kernel)}`,
    `stride ${times(stride)}`,
    ...(dilation.some((each) => each > 1) ? [`dilation ${times(dilation)}`] : []),
    `padding top ${padding[0]}, bottom ${padding[1]}, left ${padding[2]}, right ${padding[3]}`,
    ...(groups > 1 ? [`${groups} groups`] : []),
  ];
  const lines = [
    `  input ${times([image.height, image.width, image.channels])}, ${extras.join(', ')}`,
    `  output ${times([output.height, output.width, output.channels])}`,
    `  matrix MH x MW = ${rows} x ${columns} times ${grouped(vectors)} patches of ${columns} elements`,
    `  the patches are ${grouped(elements)} elements, the image has ${grouped(image.height * image.width * image.channels)}: each is used ${reuse(im2col).toFixed(1)} times`,
  ];
  if (patches !== undefined) {
    const channels = patches.lanes === image.channels ? 'all channels' : `${patches.lanes} channels at a time`;
    lines.push(
      `  the window gives all ${kernel[0] * kernel[1]} pixels of a patch in a beat, ${channels}; the padded image passes in ${grouped(patches.cycles)} cycles`,
    );
    if (patches.lanes < image.channels) lines.push('  inputs are in the order (channel group, row, column, channel)');
  }
  if (buffer === undefined || large === undefined) {
    return [...lines, '  every pixel is a patch of its own: no buffer'].join('\n');
  }
  const why = [
    '',
    'line buffer: an element is needed from the first window that covers it to the last, about kernel height rows later',
    bufferLine(buffer),
    bufferLine(large),
  ];
  return [...lines, ...why].join('\n');
}

export function foldingText(folding: FoldingExplanation): string {
  const { layer, rows, columns, vectors, PE, SIMD, legal, slices, rowGroups, interval } = folding;
  const matrixCycles = slices * rowGroups * vectors;
  const waits = interval > matrixCycles ? `; its window takes ${grouped(interval)}` : '';
  const sections = [
    `${layer}: ${rows} outputs x ${columns} inputs, ${grouped(vectors)} vector${vectors === 1 ? '' : 's'} a sample; PE ${PE}, SIMD ${SIMD}`,
    `  legal PE    ${legal.PE.join(' ')}\n  legal SIMD  ${legal.SIMD.join(' ')}`,
    `  cycles      ${rows} / ${PE} * ${columns} / ${SIMD} = ${rowGroups} * ${slices} = ${grouped(slices * rowGroups)} a vector, ${grouped(matrixCycles)} a sample${waits}`,
    `\ncircuit\n${circuit(folding)}`,
    `\nallocation\n${allocation(folding)}`,
    `\nmatrix\n${matrix(folding)}`,
  ];
  if (folding.im2col !== undefined) sections.push(`\nim2col\n${im2colText(folding.im2col, folding)}`);
  return sections.join('\n');
}
