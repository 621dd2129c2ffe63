/** Drawings of graphs: what a box says, and SVG that stands on its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Drawing, boxSize, renderDrawing } from '../../src/build/drawing.js';
import { graphDrawing, renderDrawings, stagesDrawing } from '../../src/build/graph-svg.js';
import { layoutDrawings } from '../../src/build/layout.js';
import { loadNetwork } from '../../src/import/index.js';
import { streamlineSteps } from '../../src/network/passes/streamline.js';
import { randomNetwork } from '../network/random-graph.js';

const digits = join(import.meta.dirname, '..', '..', 'vectors', 'digits', 'digits_w4a4.onnx');
const loaded = loadNetwork(digits);

const box = (drawing: Drawing, title: string): string =>
  drawing.boxes
    .filter((each) => each.title === title)
    .map(({ lines }) => lines.join(' | '))
    .join('\n');

describe('drawing of a graph', () => {
  it('says operator, name, constants, quantizer parameters and shapes', async () => {
    const { graph } = await loaded;
    const streamlined = streamlineSteps(graph).at(-1)!.graph;
    const drawing = graphDrawing(streamlined, 'digits');
    expect(box(drawing, 'input')).toBe('pixels | 1×1×28×28');
    expect(box(drawing, 'MatMul').split('\n')[0]).toBe(
      'dense_0 | weights 784×32: -7 .. 7 | weight_kind=int weight_bits=4 weight_signed=1 | → 1×32',
    );
    expect(box(drawing, 'QuantCodes').split('\n')[0]).toBe(
      'act_0 | scale 0.25 | zero 0 | bits 4 | signed=0 narrow=0 rounding_mode=ROUND | → 1×32',
    );
  });

  it('has an arrow for every tensor between two nodes', async () => {
    const { graph } = await loaded;
    const { boxes, arrows } = graphDrawing(graph, 'digits');
    const ids = new Set(boxes.map(({ id }) => id));
    expect(ids.size).toBe(boxes.length);
    expect(arrows.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
    expect(boxes.filter(({ id }) => !arrows.some(({ from, to }) => from === id || to === id))).toEqual([]);
  });

  it('shows the integer stages with widths, levels and folding', async () => {
    const { stageNetwork } = await loaded;
    const drawing = stagesDrawing(stageNetwork, 'stages', { dense_0: { PE: 16, SIMD: 49 } });
    expect(box(drawing, 'dense dense_0')).toBe(
      '784 uint8 → 32 uint4 | weights 32×784 int4 | sums -219045 .. 201960 | 15 thresholds a channel | PE × SIMD = 16 × 49',
    );
    expect(box(drawing, 'output')).toMatch(/^10 int\d+/);
  });
});

describe('layout and SVG', () => {
  it('keeps boxes apart and lets arrows start and end at their boxes', async () => {
    const { graph } = await loaded;
    const drawing = graphDrawing(graph, 'digits');
    const [layout] = await layoutDrawings([drawing]);
    const areas = drawing.boxes.map((each) => ({ ...layout!.corners[each.id]!, ...boxSize(each) }));
    areas.forEach((a, k) =>
      areas.slice(k + 1).forEach((b) => {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }),
    );
    expect(layout!.ways).toHaveLength(drawing.arrows.length);
    drawing.arrows.forEach(({ from }, k) => {
      const area = areas[drawing.boxes.findIndex(({ id }) => id === from)]!;
      const start = layout!.ways[k]![0]!;
      expect(start.y).toBeCloseTo(area.y + area.height);
      expect(start.x >= area.x && start.x <= area.x + area.width).toBe(true);
    });
  });

  it('is one file that fetches nothing, the same every time', async () => {
    const { graph } = await loaded;
    const drawings = [graphDrawing(graph, 'a'), graphDrawing(graph, 'b')];
    const texts = await renderDrawings(drawings);
    expect(await renderDrawings(drawings)).toEqual(texts);
    expect(texts[0]!.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\((?!#)|@font|<script/);
  });

  it('escapes what a model file may call its tensors', () => {
    const drawing: Drawing = {
      title: 'a<b & "c"\u0001',
      boxes: [{ id: 'x', kind: 'port', title: 'input', lines: [`</text><script>${'n'.repeat(80)}`] }],
      arrows: [],
    };
    const text = renderDrawing(drawing, { width: 10, height: 10, corners: {}, ways: [] });
    expect(text).toContain('<title>a&lt;b &amp; &quot;c&quot;?</title>');
    expect(text).not.toContain('<script');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200);
  });

  it('draws random graphs', async () => {
    const drawings = Array.from({ length: 10 }, (_, seed) =>
      graphDrawing(randomNetwork(seed + 1).graph, `seed ${seed + 1}`),
    );
    const texts = await renderDrawings(drawings);
    expect(texts.every((text) => text.startsWith('<svg ') && text.endsWith('</svg>\n'))).toBe(true);
  });

  it('has its library in its own thread only', () => {
    const source = readFileSync(join(import.meta.dirname, '..', '..', 'src', 'build', 'layout.ts'), 'utf8');
    expect(source).toContain("import type { ElkNode } from 'elkjs'");
  });
});
