/** Pass step: scales and offsets in front of an addition or a concatenation of two streams move behind it where they agree. */
import {
  consumersOf,
  freshName,
  producerOf,
  scalar,
  tensor,
  type Graph,
  type GraphNode,
  type Tensor,
} from '../graph.js';

interface Branch {
  /** What the branch is without its scale or offset. */
  readonly source: string;
  readonly node: GraphNode;
  readonly constant: Tensor;
}

/** The scale (or offset) that stands directly in front of an input, read by nobody else. */
function branchOf(graph: Graph, name: string, ops: ReadonlySet<string>): Branch | undefined {
  const node = producerOf(graph, name);
  if (!node || !ops.has(node.op) || consumersOf(graph, name).length !== 1) return undefined;
  const side = [1, 0].find((at) => graph.initializers.has(node.inputs[at] ?? ''));
  const constant = graph.initializers.get(node.inputs[side ?? 1] ?? '');
  if (side === undefined || !constant || (side === 0 && (node.op === 'Sub' || node.op === 'Div'))) return undefined;
  return { source: node.inputs[1 - side] ?? '', node, constant };
}

/** `join` reads `inputs` instead; `op` with `constant` stands behind it; `dropped` disappear. */
function behind(
  graph: Graph,
  join: GraphNode,
  inputs: readonly string[],
  dropped: readonly GraphNode[],
  op: string,
  constant: Tensor,
): Graph {
  const operand = freshName(graph, `${join.name}_${op.toLowerCase()}`);
  const between = freshName(graph, `${join.name}_before_${op.toLowerCase()}`);
  const layer = join.layer === undefined ? {} : { layer: join.layer };
  const moved: GraphNode = {
    ...{ name: operand, op, domain: '', inputs: [between, operand], outputs: join.outputs, attributes: {} },
    ...layer,
  };
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    if (dropped.includes(node)) return [];
    return node === join ? [{ ...join, inputs, outputs: [between] }, moved] : [node];
  });
  return { ...graph, nodes, initializers: new Map(graph.initializers).set(operand, constant) };
}

const scales = new Set(['Mul']);
const offsets = new Set(['Add', 'Sub']);

/** a s + b t with t = k s, k a whole number: (a + k b) s. The factor k stays in its branch. */
function joinAddition(graph: Graph, node: GraphNode): Graph | undefined {
  const [left = '', right = ''] = node.inputs;
  if (left === right) return undefined;
  for (const [index, name] of [left, right].entries()) {
    const branch = branchOf(graph, name, offsets);
    if (!branch) continue;
    const inputs = index === 0 ? [branch.source, right] : [left, branch.source];
    return behind(graph, node, inputs, [branch.node], branch.node.op, branch.constant);
  }
  const branches = [left, right].map((name) => branchOf(graph, name, scales));
  const factors = branches.map((branch) => (branch ? branch.constant.data[0] : 1) ?? 1);
  if (branches.some((branch) => branch && branch.constant.data.length !== 1)) return undefined;
  const [a = 1, b = 1] = factors;
  const unit = Math.min(Math.abs(a), Math.abs(b));
  const whole = factors.map((factor) => factor / unit);
  // A unit of 1 is the end: the factors that are left are whole.
  if (!(unit > 0) || unit === 1 || !whole.every((k) => Number.isInteger(k))) return undefined;
  if (whole.some((k, at) => k * unit !== factors[at])) return undefined;
  let current = graph;
  const inputs: string[] = [];
  const dropped: GraphNode[] = [];
  branches.forEach((branch, at) => {
    const k = whole[at] ?? 1;
    const source = branch?.source ?? node.inputs[at] ?? '';
    if (k === 1) {
      inputs.push(source);
      if (branch) dropped.push(branch.node);
      return;
    }
    if (!branch) return;
    const operand = freshName(current, `${branch.node.name}_whole`);
    const initializers = new Map(current.initializers).set(operand, scalar(k));
    const scaled = { ...branch.node, op: 'Mul', inputs: [source, operand] };
    const nodes = current.nodes.map((other) => (other === branch.node ? scaled : other));
    current = { ...current, initializers, nodes };
    inputs.push(branch.node.outputs[0] ?? '');
  });
  return inputs.length === 2 ? behind(current, node, inputs, dropped, 'Mul', scalar(unit)) : undefined;
}

/** The same scalar in front of every part. */
function joinConcatenation(graph: Graph, node: GraphNode): Graph | undefined {
  const branches = node.inputs.map((name) => branchOf(graph, name, scales) ?? branchOf(graph, name, offsets));
  const first = branches[0];
  const value = first?.constant.data[0] ?? NaN;
  const same = (branch: Branch | undefined): boolean =>
    branch?.node.op === first?.node.op && branch?.constant.data.length === 1 && branch.constant.data[0] === value;
  if (!first || !branches.every(same) || new Set(node.inputs).size !== node.inputs.length) return undefined;
  const dropped = branches.flatMap((branch) => (branch ? [branch.node] : []));
  const inputs = branches.map((branch) => branch?.source ?? '');
  return behind(graph, node, inputs, dropped, first.node.op, tensor([], [value]));
}

/** One move, or undefined where none is left. Equal in real arithmetic. */
export function joinOne(graph: Graph): Graph | undefined {
  for (const node of graph.nodes) {
    if (node.inputs.length < 2 || node.inputs.some((name) => graph.initializers.has(name))) continue;
    const next =
      node.op === 'Add' ? joinAddition(graph, node) : node.op === 'Concat' ? joinConcatenation(graph, node) : undefined;
    if (next) return next;
  }
  return undefined;
}
