/**
 * From the integer stages of a network and a folding to the chain of modules that computes them.
 *
 * Between two stages the stream has `lanes` elements of `width` bits a beat; where the next stage wants other lanes a width
 * converter comes in, and in front of every matrix a FIFO that holds what arrives while the matrix replays its vector.
 */
import { HeddleError } from '../base/diagnostics.js';
import { evalNat, lit } from '../circuit/index.js';
import { NatExpr, toNat } from '../hdl/index.js';
import type { Activation, DenseStage, ElementType, StageNetwork } from '../network/stages.js';
import type { Chain, ChainModule, ChainNode, PortPlan } from './chain.js';
import { inputStream, lineNode } from './chain-streams.js';
import {
  checkFolding,
  chooseFolding,
  defaultBudget,
  type Folding,
  type LayerFolding,
  weightedStages,
} from './folding.js';
import { channelImage, weightImage } from './images.js';
import { type Arithmetic, laneSumWidth } from './stages/arithmetic.js';
import { requantizeNode } from './plan-requantize.js';

export interface PlanOptions {
  readonly folding?: Folding;
  /** Width of both ports; `full` gives the first layer its SIMD and the last its PE. */
  readonly portBits: number | 'full';
  /** Cycles a sample may take, where layers have no folding given. */
  readonly interval?: number;
  /** Cost limit for the layers without a folding, see {@link chooseFolding}. */
  readonly budget?: number;
}

export interface Plan {
  /** Complete: every weighted layer with PE, SIMD and fifo. */
  readonly folding: Folding;
  readonly chain: Chain;
}

/** Bits of one code. */
export const codeBits = (type: ElementType): number => (type.kind === 'bipolar' ? 1 : type.bits);
export const isSigned = (type: ElementType): boolean => type.kind === 'int' && type.signed;

/** The lane of a port that carries a code: the next of 8, 16, 32, 64 bits. */
export const laneBitsFor = (bits: number): number =>
  [8, 16, 32, 64].find((lane) => lane >= bits) ?? 8 * Math.ceil(bits / 8);

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

export function planNetwork(network: StageNetwork, options: PlanOptions): Plan {
  checkFolding(network, options.folding ?? {});
  const inputElements = elementsOf(network.input.shape);
  const portBound =
    options.portBits === 'full'
      ? 1
      : Math.ceil((inputElements * laneBitsFor(codeBits(network.input.type))) / options.portBits);
  const goal = { interval: options.interval ?? portBound, budget: options.budget ?? defaultBudget };
  const folding = complete(network, chooseFolding(network, goal, options.folding));
  return { folding, chain: new ChainBuilder(network, folding, options.portBits).build() };
}

/** Adds the FIFO depths that nobody gave: one whole vector, so that a replaying matrix stops nobody. */
function complete(network: StageNetwork, folding: Folding): Folding {
  const entries = weightedStages(network).map((stage): [string, LayerFolding] => {
    const layer = folding[stage.name]!;
    return [stage.name, { ...layer, fifo: layer.fifo ?? Math.max(2, stage.inputs / layer.SIMD) }];
  });
  return Object.fromEntries(entries);
}

/** What flows at one place of the chain. */
interface Flow {
  readonly lanes: number;
  readonly width: number;
  readonly signed: boolean;
  /** Elements of one sample. */
  readonly elements: number;
}

class ChainBuilder {
  private readonly nodes: ChainNode[] = [];

  constructor(
    private readonly network: StageNetwork,
    private readonly folding: Folding,
    private readonly portBits: number | 'full',
  ) {}

  build(): Chain {
    const { network } = this;
    const input = this.port(network.input.type, elementsOf(network.input.shape), this.firstLanes());
    const code = codeBits(network.input.type);
    this.add('input_slice', 'input', { kind: 'register_slice', params: { W: input.bits } });
    if (input.laneBits !== code) {
      const params = { N: input.lanes, IN_W: input.laneBits, OUT_W: code };
      this.add('input_lanes', 'input', { kind: 'lane_truncate', params });
    }
    let flow: Flow = {
      lanes: input.lanes,
      width: code,
      signed: isSigned(network.input.type),
      elements: input.elements,
    };
    for (const stage of network.stages) flow = this.stage(stage, flow);
    const output = this.outputPort(flow);
    return { name: network.name, input, nodes: this.nodes, output };
  }

  private stage(stage: StageNetwork['stages'][number], flow: Flow): Flow {
    switch (stage.kind) {
      case 'dense':
        return this.dense(stage, flow);
      case 'elementwise': {
        const perChannel =
          stage.activation.kind === 'thresholds' ? stage.activation.perChannel : stage.activation.kind === 'fixed';
        const even = flow.elements % flow.lanes === 0;
        const lanes = even || !perChannel ? flow.lanes : this.divisorLanes(flow);
        const activation = stage.input.kind === 'bipolar' ? onBits(stage.activation) : stage.activation;
        return this.activate(stage.name, activation, stage.output, this.convert(stage.name, flow, lanes));
      }
      case 'argmax': {
        const folded =
          flow.elements % flow.lanes === 0 ? flow : this.convert(stage.name, flow, this.divisorLanes(flow));
        const width = laneBitsFor(Math.max(1, Math.ceil(Math.log2(flow.elements + 1))));
        const params = { N: flow.elements, PE: folded.lanes, X_W: folded.width, OUT_W: width };
        this.add(stage.name, stage.name, { kind: 'argmax', signed: folded.signed, params });
        return { lanes: 1, width, signed: false, elements: 1 };
      }
      case 'conv':
      case 'pool':
      case 'add':
      case 'concat':
      case 'upsample':
      case 'duplicate':
        throw new HeddleError({
          code: 'H2106',
          message: `${stage.name}: a ${stage.kind} stage has no hardware yet`,
          places: [{ text: stage.origin }],
          fix: 'use the reference: infer --via reference',
        });
    }
  }

  private dense(stage: DenseStage, flow: Flow): Flow {
    const { PE, SIMD, fifo } = this.folding[stage.name]!;
    const ready = this.convert(stage.name, flow, SIMD);
    const params = { W: SIMD * ready.width, DEPTH: fifo! };
    this.add(`${stage.name}_fifo`, stage.name, { kind: 'fifo', params });
    const arithmetic = arithmeticOf(stage);
    // Sums that no activation has narrowed are wider than the type of the stage says.
    const [X_W, W_W] = [ready.width, codeBits(stage.weight)];
    const ACC_W = accumulatorWidth(stage, arithmetic, SIMD, X_W, W_W);
    this.add(`${stage.name}_matvec`, stage.name, {
      kind: 'matvec',
      arithmetic,
      params: { MH: stage.outputs, MW: stage.inputs, PE, SIMD, X_W, W_W, ACC_W },
      images: { WEIGHTS: weightImage(stage, PE, SIMD, W_W) },
    });
    const sums: Flow = { lanes: PE, width: ACC_W, signed: true, elements: stage.outputs };
    const activation = arithmetic === 'xnor' ? inAgreements(stage) : stage.activation;
    return this.activate(stage.name, activation, stage.output, sums);
  }

  private activate(stage: string, activation: Activation, output: ElementType, flow: Flow): Flow {
    if (activation.kind === 'none') return flow;
    if (activation.kind === 'fixed') {
      return activation.steps.reduce((at, step, k) => {
        const name = activation.steps.length === 1 ? `${stage}_requantize` : `${stage}_requantize_${k}`;
        const node = requantizeNode(name, step, at);
        this.add(name, stage, node);
        return { ...at, width: node.params.OUT_W, signed: step.result.signed };
      }, flow);
    }
    const { levels, table, perChannel } = activation;
    const OUT_W = codeBits(output);
    const T_W = flow.width + (flow.signed ? 1 : 2);
    const above = flow.signed ? 1n << BigInt(flow.width - 1) : 1n << BigInt(flow.width);
    const below = flow.signed ? -above : 0n;
    const clamp = (value: bigint) => (value > above ? above : value < below ? below : value);
    const channels = perChannel ? flow.elements : flow.lanes;
    const row = (channel: number) =>
      Array.from({ length: levels }, (_, k) => clamp(BigInt(table[(perChannel ? channel : 0) * levels + k]!)));
    this.add(`${stage}_thresholds`, stage, {
      kind: 'thresholds',
      signed: flow.signed,
      params: {
        PE: flow.lanes,
        FOLDS: channels / flow.lanes,
        LEVELS: levels,
        X_W: flow.width,
        OUT_W,
        LOWEST: isSigned(output) ? 2 ** (OUT_W - 1) : 0,
      },
      images: { THRESHOLDS: channelImage(`${stage}_thresholds.mem`, channels, flow.lanes, T_W, row) },
    });
    return { ...flow, width: OUT_W, signed: isSigned(output) };
  }

  private outputPort(flow: Flow): PortPlan {
    const output = this.port(this.network.output.type, flow.elements, flow.lanes);
    // What an activation makes of the zeros behind a short last beat is not zero; a width converter drops it.
    const padded = flow.elements % flow.lanes !== 0 && this.nodes.some(({ stage }) => stage !== 'input');
    const exact = padded ? this.convert('output_exact', flow, this.divisorLanes(flow)) : flow;
    const wide = this.convert('output', exact, output.lanes);
    if (wide.width > output.laneBits) {
      const params = { N: output.lanes, IN_W: wide.width, OUT_W: output.laneBits };
      this.add('output_lanes', 'output', { kind: 'lane_truncate', params });
    } else if (wide.width < output.laneBits) {
      const params = { N: output.lanes, IN_W: wide.width, OUT_W: output.laneBits };
      this.add('output_lanes', 'output', { kind: 'lane_extend', signed: wide.signed, params });
    }
    this.add('output_slice', 'output', { kind: 'register_slice', params: { W: output.bits } });
    return output;
  }

  /** Lanes a full-width input port has: those of the first weighted layer. */
  private firstLanes(): number {
    const first = weightedStages(this.network)[0];
    return first === undefined ? 1 : this.folding[first.name]!.SIMD;
  }

  private port(type: ElementType, elements: number, fullLanes: number): PortPlan {
    const laneBits = laneBitsFor(codeBits(type));
    const bits = this.portBits === 'full' ? fullLanes * laneBits : this.portBits;
    const lanes = Math.floor(bits / laneBits);
    if (bits % 8 !== 0 || lanes < 1 || bits % laneBits !== 0) {
      throw new HeddleError({
        code: 'H2105',
        message: `a port of ${bits} bits does not carry elements of ${laneBits} bits`,
        places: [{ text: '--port-bits' }],
        fix: `give a multiple of ${laneBits}, or full`,
      });
    }
    return { bits, lanes, laneBits, elements, beats: Math.ceil(elements / lanes) };
  }

  private convert(stage: string, flow: Flow, lanes: number): Flow {
    if (lanes === flow.lanes) return flow;
    const common = lcm(flow.lanes, lanes);
    this.add(`${stage}_width`, stage, {
      kind: 'width_converter',
      params: {
        IN_W: flow.lanes * flow.width,
        OUT_W: lanes * flow.width,
        UP: common / flow.lanes,
        DOWN: common / lanes,
        FRAME_IN: Math.ceil(flow.elements / flow.lanes),
        FRAME_OUT: Math.ceil(flow.elements / lanes),
      },
    });
    return { ...flow, lanes };
  }

  /** The most lanes, not above the current ones, that divide the elements of a sample. */
  private divisorLanes(flow: Flow): number {
    for (let lanes = Math.min(flow.lanes, flow.elements); lanes > 1; lanes--)
      if (flow.elements % lanes === 0) return lanes;
    return 1;
  }

  private add(name: string, stage: string, module: ChainModule): void {
    this.nodes.push(lineNode(module, name, stage, this.nodes.at(-1)?.name ?? inputStream));
  }
}

function arithmeticOf(stage: DenseStage): Arithmetic {
  const letter = (type: ElementType) => (type.kind === 'bipolar' ? 'b' : type.signed ? 's' : 'u');
  const pair = `${letter(stage.input)}${letter(stage.weight)}`;
  if (pair === 'bb') return stage.activation.kind === 'thresholds' ? 'xnor' : 'xnor_sum';
  return pair as Arithmetic;
}

/** Bits of a signed sum: the reachable range, at least the sum of one beat. */
function accumulatorWidth(stage: DenseStage, arithmetic: Arithmetic, SIMD: number, X_W: number, W_W: number): number {
  const { min, max } = arithmetic === 'xnor' ? { min: 0, max: stage.inputs } : stage.accumulator;
  let bits = 1;
  while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) - 1 < max) bits++;
  const [simd, x, w] = [SIMD, X_W, W_W].map((n) => new NatExpr(lit(n)));
  return Math.max(bits, evalNat(toNat(laneSumWidth(arithmetic, simd!, x!, w!)), {}));
}

/** Thresholds on the value v = 2 * agreements - MW as thresholds on agreements: agreements >= ceil((T + MW) / 2). */
function inAgreements(stage: DenseStage): Activation {
  const { activation } = stage;
  if (activation.kind !== 'thresholds') return activation;
  return { ...activation, table: activation.table.map((t) => Math.ceil((t + stage.inputs) / 2)) };
}

/** An activation on the values -1 and +1 as one on the bits 0 and 1 that stand for them: v = 2 * bit - 1. */
function onBits(activation: Activation): Activation {
  if (activation.kind === 'thresholds') {
    return { ...activation, table: activation.table.map((t) => Math.ceil((t + 1) / 2)) };
  }
  const [first, ...rest] = activation.kind === 'fixed' ? activation.steps : [];
  if (activation.kind !== 'fixed' || first === undefined) return activation;
  const channels = Math.max(first.multiplier.length, first.addend.length);
  const of = (values: readonly bigint[], channel: number) => values[values.length > 1 ? channel : 0]!;
  const addend = Array.from({ length: channels }, (_, c) => of(first.addend, c) - of(first.multiplier, c));
  return { ...activation, steps: [{ ...first, multiplier: first.multiplier.map((m) => 2n * m), addend }, ...rest] };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;
