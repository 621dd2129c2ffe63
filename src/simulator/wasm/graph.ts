/** Graphs of numbered nodes in arrays of numbers, and their strongly connected components. */

/** The successors of node n are `to[start[n]]` .. `to[start[n + 1] - 1]`. */
export interface Graph {
  readonly start: Int32Array;
  readonly to: readonly number[] | Int32Array;
}

/** Component k has the nodes `members[start[k]]` .. `members[start[k + 1] - 1]`. */
export interface Components {
  readonly count: number;
  readonly start: Int32Array;
  readonly members: Int32Array;
}

/** The graph with these lists of successors. */
export function graphOf(successors: readonly (readonly number[])[]): Graph {
  const start = new Int32Array(successors.length + 1);
  const to: number[] = [];
  successors.forEach((list, n) => {
    for (const s of list) to.push(s);
    start[n + 1] = to.length;
  });
  return { start, to };
}

/** Strongly connected components in an order where successors come first. */
export function components({ start, to }: Graph): Components {
  const count = start.length - 1;
  // Number of a node in order of discovery plus one; 0 is unseen.
  const index = new Int32Array(count);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack = new Int32Array(count);
  const path = new Int32Array(count);
  const edge = new Int32Array(count);
  const first = new Int32Array(count + 1);
  const members = new Int32Array(count);
  let [next, top, found, out] = [0, 0, 0, 0];
  // From the last node, which nobody reads yet as a rule: what a node needs comes shortly before it.
  for (let root = count - 1; root >= 0; root--) {
    if (index[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    for (;;) {
      const node = path[depth] ?? 0;
      if (index[node] === 0) {
        index[node] = low[node] = ++next;
        stack[top++] = node;
        onStack[node] = 1;
        edge[node] = start[node] ?? 0;
      }
      let least = low[node] ?? 0;
      const end = start[node + 1] ?? 0;
      let at = edge[node] ?? 0;
      let deeper = -1;
      for (; at < end; at++) {
        const s = to[at] ?? 0;
        if (index[s] === 0) {
          deeper = s;
          break;
        }
        if (onStack[s] === 1 && (low[s] ?? 0) < least) least = low[s] ?? 0;
      }
      low[node] = least;
      // The edge is looked at again when its node is done, which takes over that node's lowest.
      edge[node] = at;
      if (deeper >= 0) {
        path[++depth] = deeper;
        continue;
      }
      if (least === index[node]) {
        for (;;) {
          const member = stack[--top] ?? 0;
          onStack[member] = 0;
          members[out++] = member;
          if (member === node) break;
        }
        first[++found] = out;
      }
      if (depth === 0) break;
      depth--;
    }
  }
  return { count: found, start: first.subarray(0, found + 1), members };
}

/** Components as lists. */
export function componentLists(successors: readonly (readonly number[])[]): number[][] {
  const { count, start, members } = components(graphOf(successors));
  return Array.from({ length: count }, (_, k) => [...members.subarray(start[k], start[k + 1])]);
}
