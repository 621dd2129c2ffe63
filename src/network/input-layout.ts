/** In which order the elements of the graph's input enter the stream. */
import { onlyInput } from './execute.js';
import { consumersOf, type Graph } from './graph.js';
import { isMove } from './lower-value.js';
import { imageLayout, plainLayout, type Layout } from './stream-layout.js';

const spatial = new Set(['Conv', 'MaxPool', 'SumPool', 'Upsample', 'Resize']);

/** Layout of the graph input: ONNX images where a spatial operator reads it before anything moves its elements. */
export function inputLayout(graph: Graph): Layout {
  const { name, shape } = onlyInput(graph);
  if (shape.length < 3) return plainLayout(shape);
  for (let at = name; ;) {
    const reader = consumersOf(graph, at)[0];
    if (!reader) return plainLayout(shape);
    if (spatial.has(reader.op)) return imageLayout(shape);
    if (isMove(reader) && reader.op !== 'Identity') {
      const perm = reader.attributes.perm;
      const [, height = 1, width = 1, channels = 1] = shape;
      const last = shape.length === 4 && Array.isArray(perm) && perm.join() === '0,3,1,2';
      return last ? plainLayout(shape, { height, width, channels }) : plainLayout(shape);
    }
    at = reader.outputs[0] ?? '';
  }
}
