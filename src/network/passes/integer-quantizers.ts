/** Pass: every activation quantizer returns integers, with its scale (and offset) as Mul (and Add) behind it. */
import { freshName, numberAttribute, scalar, type Graph, type GraphNode, type Tensor } from '../graph.js';

interface Split {
  readonly quantizer: GraphNode;
  /** Operators behind the integers, in order. */
  readonly behind: readonly { readonly op: 'Mul' | 'Add' | 'Sub'; readonly value: Tensor }[];
}

/** MultiThreshold gives `out_scale * count + out_bias`; {1, n} and the bipolar {2, -1} are integers already. */
function splitMultiThreshold(node: GraphNode, levels: number): Split {
  const scale = numberAttribute(node, 'out_scale', 1);
  const bias = numberAttribute(node, 'out_bias', 0);
  const bipolar = levels === 1 && scale === 2 * Math.abs(bias) && bias < 0;
  const whole = Number.isInteger(bias / scale);
  const [unit, base] = bipolar ? [2, -1] : [1, whole ? bias / scale : 0];
  const factor = scale / unit;
  const rest = bipolar || whole ? 0 : bias;
  return {
    quantizer: { ...node, attributes: { ...node.attributes, out_scale: unit, out_bias: base } },
    behind: [
      ...(factor === 1 ? [] : [{ op: 'Mul' as const, value: scalar(factor) }]),
      ...(rest === 0 ? [] : [{ op: 'Add' as const, value: scalar(rest) }]),
    ],
  };
}

function split(node: GraphNode, constants: readonly (Tensor | undefined)[]): Split | undefined {
  const scale = constants[1];
  if (!scale || constants[0]) return undefined;
  if (node.op === 'MultiThreshold') return splitMultiThreshold(node, scale.shape[1] ?? 0);
  const unit = scale.data.every((value) => value === 1);
  const behind = unit ? [] : [{ op: 'Mul' as const, value: scale }];
  if (node.op === 'Quant' || node.op === 'IntQuant') {
    const codes = { ...node, op: 'QuantCodes', domain: 'heddle' };
    const zero = constants[2];
    // One zero point stays in the codes, which keep their declared type; it is taken off behind them.
    if (!zero || zero.data.length !== 1 || zero.data[0] === 0) return { quantizer: codes, behind };
    const quantizer = { ...codes, attributes: { ...node.attributes, keep_zero: 1 } };
    return { quantizer, behind: [{ op: 'Sub', value: scalar(zero.data[0] ?? 0) }, ...behind] };
  }
  // The sign does not depend on the scale: only its multiplication is taken out.
  if (node.op === 'BipolarQuant' && !unit) return { quantizer: node, behind };
  return undefined;
}

/** Run after constant folding, so that every quantizer left is one of activations. */
export function integerQuantizers(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const parts = split(
      node,
      node.inputs.map((name) => initializers.get(name)),
    );
    const output = node.outputs[0];
    if (!parts || output === undefined) return [node];
    const named = (suffix: string): string => freshName({ ...graph, initializers }, `${node.name}_${suffix}`);
    let quantizer = parts.quantizer;
    if (quantizer.op === 'BipolarQuant') {
      const one = named('one');
      initializers.set(one, scalar(1));
      quantizer = { ...quantizer, inputs: [quantizer.inputs[0] ?? '', one] };
    }
    if (parts.behind.length === 0) return [{ ...quantizer, outputs: [output] }];
    const result: GraphNode[] = [{ ...quantizer, outputs: [named('out_codes')] }];
    parts.behind.forEach(({ op, value }, index) => {
      const operand = named(op === 'Mul' ? 'factor' : 'offset');
      initializers.set(operand, value);
      const to = index === parts.behind.length - 1 ? output : named('scaled');
      const from = result.at(-1)?.outputs[0] ?? '';
      const layer = node.layer === undefined ? {} : { layer: node.layer };
      result.push({ name: operand, op, domain: '', inputs: [from, operand], outputs: [to], attributes: {}, ...layer });
    });
    return result;
  });
  return { ...graph, nodes, initializers };
}
