/** Forks and joins of streams: duplicates, additions, concatenations. */
import type { AddStage, ConcatStage, DuplicateStage, ElementType } from '../../network/stages.js';
import { onBits, planActivation } from './activation.js';
import { type ChainBuilder, divisorLanes, type Flow, gcd } from './builder.js';

/** The flow once for each reader, every copy with a FIFO of its own, `<stage>_<copy>_fifo`. */
export function planDuplicate(
  chain: ChainBuilder,
  { name, copies }: DuplicateStage,
  flow: Flow,
  depthOf: (fifo: string, flow: Flow) => number,
): Flow[] {
  const flows: Flow[] = [];
  for (let rest = flow, k = 0; k < copies - 1; k++) {
    const module = { kind: 'duplicate', params: { W: flow.lanes * flow.width } } as const;
    const [own = '', other = ''] = chain.join(k === 0 ? name : `${name}_of_${k}`, name, module, [rest], 2);
    flows.push({ ...flow, stream: own });
    rest = { ...flow, stream: other };
    if (k === copies - 2) flows.push(rest);
  }
  return flows.map((copy, k) => {
    const fifo = `${name}_${k}_fifo`;
    return chain.fifo(fifo, name, copy, depthOf(fifo, copy));
  });
}

/** A tree of two-operand additions behind the operands' own activations. */
export function planAdd(chain: ChainBuilder, stage: AddStage, flows: readonly Flow[]): Flow {
  const { name, image, operands } = stage;
  const { channels } = image;
  const lanes = divisorLanes(channels, Math.max(...flows.map((flow) => flow.lanes)));
  let level = flows.map((flow, k): Flow => {
    const { type, activation } = operands[k]!;
    const own = `${name}_${k}`;
    const even = chain.convert(own, flow, lanes, { stage: name });
    if (activation.kind === 'none') return type.kind === 'bipolar' ? planValues(chain, name, even, own) : even;
    const onCodes = type.kind === 'bipolar' ? onBits(activation) : activation;
    const { result } = activation.kind === 'fixed' ? activation.steps.at(-1)! : { result: undefined };
    const output: ElementType = { kind: 'int', bits: result?.bits ?? 1, signed: result?.signed ?? false };
    return planActivation(chain, { stage: name, name: own }, onCodes, { output, channels }, even);
  });
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) => {
      const [a, b] = level.slice(2 * pair, 2 * pair + 2) as [Flow, Flow | undefined];
      return b === undefined ? a : addPair(chain, name, a, b);
    });
  }
  const about = { output: stage.output, channels, range: stage.accumulator };
  return planActivation(chain, { stage: name, name }, stage.activation, about, level[0]!);
}

function addPair(chain: ChainBuilder, stage: string, a: Flow, b: Flow): Flow {
  const signed = a.signed || b.signed;
  const widths = [a, b].map((flow) => flow.width + (signed && !flow.signed ? 2 : 1));
  const width = Math.max(...widths);
  const addition = `${signLetter(a)}${signLetter(b)}` as const;
  const params = { PE: a.lanes, X0_W: a.width, X1_W: b.width, OUT_W: width };
  const [stream = ''] = chain.join(`${stage}_sum`, stage, { kind: 'add', addition, params }, [a, b]);
  return { ...a, stream, width, signed };
}

/** Pixels with the channels of all operands, in as many lanes as divide the channels of each. */
export function planConcat(chain: ChainBuilder, { name, operands, output }: ConcatStage, flows: readonly Flow[]): Flow {
  const common = operands.reduce((divisor, { channels }) => gcd(divisor, channels), 0);
  const lanes = divisorLanes(common, Math.max(...flows.map((flow) => flow.lanes)));
  const values = flows.map((flow, k) => {
    const even = chain.convert(`${name}_${k}`, flow, lanes, { stage: name });
    const bits = operands[k]?.type.kind === 'bipolar' && output.kind !== 'bipolar';
    return bits ? planValues(chain, name, even, `${name}_${k}`) : even;
  });
  const signed = values.some((flow) => flow.signed);
  const width = Math.max(...values.map((flow) => flow.width + (signed && !flow.signed ? 1 : 0)));
  const wide = values.map((flow, k) => ({ ...chain.extend(`${name}_${k}_lanes`, name, flow, width), signed }));
  return wide.reduce((left, right): Flow => {
    const folds = (flow: Flow) => flow.elements / pixels / lanes;
    const pixels = wide[0]!.elements / operands[0]!.channels;
    const params = { W: lanes * width, FOLDS0: folds(left), FOLDS1: folds(right) };
    const [stream = ''] = chain.join(name, name, { kind: 'concat', params }, [left, right]);
    return { ...left, stream, elements: left.elements + right.elements };
  });
}

/** Bits 0 and 1 as the values -1 and +1 that they stand for. */
export function planValues(chain: ChainBuilder, stage: string, flow: Flow, name = stage): Flow {
  const params = { N: flow.lanes, IN_W: 1, OUT_W: 2 };
  const stream = chain.add(`${name}_values`, stage, { kind: 'lane_extend', signed: 'bipolar', params }, flow);
  return { ...flow, stream, width: 2, signed: true };
}

const signLetter = ({ signed }: Flow) => (signed ? 's' : 'u');
