/** The SVG files of `graph/`: the graph after every pass, and the integer stages with their folding where it is known. */
import { renderDrawings, stagesDrawing } from './graph-svg.js';
import type { BuildResults } from './results.js';

type Drawings = Readonly<Record<string, string>>;

/** SVG text by name, without extension. The promise may wait for its reader while other steps run. */
export function drawGraphs(results: BuildResults): Promise<Drawings> {
  const drawings = draw(results);
  // Whoever awaits it sees the failure; until then it must not end the process.
  drawings.catch(() => undefined);
  return drawings;
}

async function draw(results: BuildResults): Promise<Drawings> {
  const { import: imported, plan } = results;
  if (imported === undefined) return {};
  const { graphs, network } = imported;
  const last = stagesDrawing(network, `${network.name}: integer stages`, plan?.folding);
  const names = [...graphs.map(({ name }) => name), `${graphs.length}_stages`];
  const texts = await renderDrawings([...graphs.map(({ drawing }) => drawing), last]);
  return Object.fromEntries(names.map((name, k) => [name, texts[k]!]));
}
