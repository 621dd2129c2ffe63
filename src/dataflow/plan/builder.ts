/** Grows a chain node by node: streams with what flows on them, width converters and FIFOs between. */
import type { ElementType } from '../../network/stages.js';
import type { ChainModule, ChainNode } from '../chain.js';
import { lineNode } from '../chain-streams.js';

/** What flows on one stream: element i of a sample is lane i mod lanes of beat floor(i / lanes). */
export interface Flow {
  /** Name of the stream. */
  readonly stream: string;
  readonly lanes: number;
  /** Bits of an element; no fewer than its type has, and more for sums that no activation has narrowed. */
  readonly width: number;
  readonly signed: boolean;
  /** Elements of one sample. */
  readonly elements: number;
}

export class ChainBuilder {
  readonly nodes: ChainNode[] = [];
  readonly #names = new Set<string>();

  /** A node of one input and one output behind `from`; the stream it gives. */
  add(name: string, stage: string, module: ChainModule, from: Flow): string {
    const unique = this.#claim(name);
    this.nodes.push(lineNode(module, unique, stage, from.stream));
    return unique;
  }

  /** A node of several inputs or outputs; the streams it gives, `name` or `name_0`, `name_1`, ... */
  join(name: string, stage: string, module: ChainModule, from: readonly Flow[], copies = 1): readonly string[] {
    const unique = this.#claim(name);
    const outputs = copies === 1 ? [unique] : Array.from({ length: copies }, (_, k) => this.#claim(`${unique}_${k}`));
    this.nodes.push({ ...module, name: unique, stage, inputs: from.map(({ stream }) => stream), outputs });
    return outputs;
  }

  /** The flow with `lanes` elements a beat; `frame` elements begin a new beat. */
  convert(name: string, flow: Flow, lanes: number, { stage = name, frame = flow.elements } = {}): Flow {
    if (lanes === flow.lanes) return flow;
    const common = lcm(flow.lanes, lanes);
    const module: ChainModule = {
      kind: 'width_converter',
      params: {
        IN_W: flow.lanes * flow.width,
        OUT_W: lanes * flow.width,
        UP: common / flow.lanes,
        DOWN: common / lanes,
        FRAME_IN: Math.ceil(frame / flow.lanes),
        FRAME_OUT: Math.ceil(frame / lanes),
      },
    };
    return { ...flow, lanes, stream: this.add(`${name}_width`, stage, module, flow) };
  }

  /** A FIFO of `depth` beats. */
  fifo(name: string, stage: string, flow: Flow, depth: number): Flow {
    const params = { W: flow.lanes * flow.width, DEPTH: depth };
    return { ...flow, stream: this.add(name, stage, { kind: 'fifo', params }, flow) };
  }

  /** Elements of another width, at least as wide: sign or zero extension. */
  extend(name: string, stage: string, flow: Flow, width: number): Flow {
    if (width === flow.width) return flow;
    const params = { N: flow.lanes, IN_W: flow.width, OUT_W: width };
    return {
      ...flow,
      width,
      stream: this.add(name, stage, { kind: 'lane_extend', signed: flow.signed, params }, flow),
    };
  }

  #claim(name: string): string {
    let unique = name;
    for (let k = 2; this.#names.has(unique); k++) unique = `${name}_${k}`;
    this.#names.add(unique);
    return unique;
  }
}

/** The most lanes, not above `most`, that divide `elements`. */
export function divisorLanes(elements: number, most: number): number {
  for (let lanes = Math.min(most, elements); lanes > 1; lanes--) if (elements % lanes === 0) return lanes;
  return 1;
}

/** Letters of element types in the names of modules: bipolar, signed, unsigned. */
export const typeLetter = (type: ElementType): 'b' | 's' | 'u' =>
  type.kind === 'bipolar' ? 'b' : type.signed ? 's' : 'u';

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
export const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;
