/** Places for the boxes of drawings, by the layered layout of ELK in a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs';
import { boxSize, type Drawing, type Layout, type Point } from './drawing.js';

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.spacing.nodeNode': '30',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.padding': '[left=0, top=0, right=0, bottom=0]',
};

/** One layout a drawing. Drawings that differ in their words only are laid out once. */
export async function layoutDrawings(drawings: readonly Drawing[]): Promise<Layout[]> {
  const graphs = drawings.map(elkGraph);
  const keys = graphs.map((graph) => JSON.stringify(graph));
  const distinct = [...new Set(keys)];
  const placed = await run(distinct.map((key) => JSON.parse(key) as ElkNode));
  return drawings.map((drawing, k) => layoutOf(drawing, placed[distinct.indexOf(keys[k] ?? '')]));
}

/** Boxes go by number: names of a model file are none of the layout's business. */
function elkGraph({ boxes, arrows }: Drawing): ElkNode {
  const number = new Map(boxes.map(({ id }, k) => [id, `b${k}`]));
  return {
    id: 'drawing',
    layoutOptions: options,
    children: boxes.map((box, k) => ({ id: `b${k}`, ...boxSize(box) })),
    edges: arrows.map(({ from, to }, k) => ({
      id: `a${k}`,
      sources: [number.get(from) ?? ''],
      targets: [number.get(to) ?? ''],
    })),
  };
}

function layoutOf({ boxes }: Drawing, placed: ElkNode | undefined): Layout {
  const corner = ({ x = 0, y = 0 }: Partial<Point>): Point => ({ x, y });
  return {
    width: placed?.width ?? 0,
    height: placed?.height ?? 0,
    corners: Object.fromEntries(boxes.map(({ id }, k) => [id, corner(placed?.children?.[k] ?? {})])),
    ways: (placed?.edges ?? []).flatMap(({ sections = [] }) =>
      sections.map(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint].map(corner)),
    ),
  };
}

function run(graphs: readonly ElkNode[]): Promise<readonly ElkNode[]> {
  return new Promise((resolve, reject) => {
    // Without the loaders of this thread: the worker is plain JavaScript.
    const worker = new Worker(new URL('layout-worker.mjs', import.meta.url), { workerData: graphs, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the layout ended with ${code}`)));
  });
}
