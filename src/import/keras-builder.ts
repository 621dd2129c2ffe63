/** Collects nodes and constants while layers are read, with names derived from the layer. */
import { scalar, type Attribute, type Graph, type GraphNode, type Tensor } from '../network/graph.js';
import type { Quantizer } from './keras-quantizers.js';

/** Operators that neither ONNX nor QONNX has. */
const heddleOps: ReadonlySet<string> = new Set(['QuantCodes', 'Requantize']);

export class GraphBuilder {
  private readonly nodes: GraphNode[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly names = new Set<string>();

  private fresh(base: string): string {
    let name = base;
    for (let count = 1; this.names.has(name); count++) name = `${base}_${count}`;
    this.names.add(name);
    return name;
  }

  /** Adds an initializer and returns its name. */
  constant(base: string, value: Tensor): string {
    const name = this.fresh(base);
    this.initializers.set(name, value);
    return name;
  }

  /** Adds a node of a layer and returns the name of its output. The first node of a name is called exactly that. */
  node(
    op: string,
    base: string,
    layer: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const name = this.fresh(base);
    const output = this.fresh(`${name}:out`);
    const domain = heddleOps.has(op) ? 'heddle' : '';
    this.nodes.push({ name, op, domain, inputs, outputs: [output], attributes, layer });
    return output;
  }

  /** Adds the operators of a quantizer behind `input`; `scales` replaces its scale where that is automatic. */
  quantize(quantizer: Quantizer, base: string, layer: string, input: string, scales?: Tensor): string {
    if (quantizer.kind === 'none') return input;
    if (quantizer.kind === 'bipolar')
      return this.node('BipolarQuant', base, layer, [input, this.constant(`${base}/scale`, scalar(1))]);
    const value = quantizer.relu ? this.node('Relu', `${base}/relu`, layer, [input]) : input;
    const scale = this.constant(`${base}/scale`, scales ?? scalar(quantizer.scale));
    const zero = this.constant(`${base}/zero_point`, scalar(0));
    const bits = this.constant(`${base}/bits`, scalar(quantizer.bits));
    const flags = { signed: quantizer.signed ? 1 : 0, narrow: quantizer.narrow ? 1 : 0, rounding_mode: 'ROUND' };
    return this.node('Quant', base, layer, [value, scale, zero, bits], flags);
  }

  parts(): Pick<Graph, 'nodes' | 'initializers'> {
    return { nodes: this.nodes, initializers: this.initializers };
  }
}
