/** Strongly connected components of a graph given by successor lists, in an order where successors come first. */
export function components(successors: readonly (readonly number[])[]): number[][] {
  const count = successors.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  const out: number[][] = [];
  let next = 0;
  const frames: { node: number; edge: number }[] = [];
  const open = (node: number): void => {
    index[node] = low[node] = next++;
    stack.push(node);
    onStack[node] = 1;
    frames.push({ node, edge: 0 });
  };
  // From the last node, which nobody reads yet as a rule: what a node needs comes shortly before it.
  for (let root = count - 1; root >= 0; root--) {
    if (index[root] !== -1) continue;
    open(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { node } = frame;
      const to = successors[node]?.[frame.edge++];
      if (to !== undefined) {
        if (index[to] === -1) open(to);
        else if (onStack[to] === 1) low[node] = Math.min(low[node] ?? 0, index[to] ?? 0);
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0);
      if (low[node] !== index[node]) continue;
      const component: number[] = [];
      for (;;) {
        const member = stack.pop();
        if (member === undefined) break;
        onStack[member] = 0;
        component.push(member);
        if (member === node) break;
      }
      out.push(component);
    }
  }
  return out;
}
