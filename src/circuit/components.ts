/** Strongly connected components of a graph, without recursion: chains of a netlist are longer than any stack. */

/** Nodes that lie on some cycle. `successors[n]` are the numbers of the nodes that n points to. */
export function nodesOnCycles(successors: readonly (readonly number[])[]): ReadonlySet<number> {
  const count = successors.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  const found = new Set<number>();
  let clock = 0;
  const path: { readonly node: number; next: number }[] = [];
  const enter = (node: number): void => {
    order[node] = low[node] = clock++;
    onStack[node] = 1;
    stack.push(node);
    path.push({ node, next: 0 });
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const child = successors[node]?.[top.next++];
      if (child !== undefined) {
        if (order[child] === -1) enter(child);
        else if (onStack[child] === 1) low[node] = Math.min(low[node]!, order[child]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.node;
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const component = stack.splice(stack.lastIndexOf(node));
      for (const member of component) onStack[member] = 0;
      const [only] = component;
      if (component.length > 1 || (only !== undefined && successors[only]?.includes(only)))
        component.forEach((member) => found.add(member));
    }
  }
  return found;
}
