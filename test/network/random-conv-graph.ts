/** Seeded random convolutional QONNX networks: windows of all shapes, groups, pools, residuals, concatenations, many bit widths. */
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { sizeOf, tensor, type Attribute, type Graph, type GraphNode, type Tensor } from '../../src/network/graph.js';
import type { ElementType } from '../../src/network/stages.js';

export interface RandomConvNetwork {
  readonly graph: Graph;
  readonly inputType: ElementType;
  readonly inputScale: number;
  /** What it is made of, for messages. */
  readonly recipe: readonly string[];
}

/** The stream that the next block reads. */
interface At {
  readonly name: string;
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly bipolar: boolean;
}

class Builder {
  readonly nodes: GraphNode[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly recipe: string[] = [];

  constructor(private readonly random: RandomStream) {}

  int(low: number, high: number): number {
    return low + this.random.nextInt(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.random.nextFloat() < probability;
  }

  list(shape: readonly number[], value: () => number): string {
    return this.constant(
      tensor(
        shape,
        Array.from({ length: sizeOf(shape) }, () => value()),
      ),
    );
  }

  constant(value: Tensor): string {
    const name = `c${this.initializers.size}`;
    this.initializers.set(name, value);
    return name;
  }

  number(value: number): string {
    return this.constant(tensor([], [value]));
  }

  add(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const name = `${op}_${this.nodes.length}`;
    const output = `${name}_out`;
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  }

  float(): number {
    return Math.fround(this.random.nextFloat() * 2 - 1);
  }

  /** A weight quantizer: bipolar, or 2 to 6 bits with one scale or one per output channel. */
  weights(shape: readonly number[]): string {
    const raw = this.list(shape, () => this.float());
    if (this.chance(0.2)) return this.add('BipolarQuant', [raw, this.number(1)]);
    const bits = this.int(2, 6);
    const scale = (): number => Math.fround((0.5 + this.random.nextFloat()) / 2 ** bits);
    const each = this.chance(0.5)
      ? this.list([shape[0] ?? 1, ...shape.slice(1).map(() => 1)], scale)
      : this.number(scale());
    const attributes = { signed: 1, narrow: this.int(0, 1), rounding_mode: 'ROUND' };
    return this.add('Quant', [raw, each, this.number(0), this.number(bits)], attributes);
  }

  /** BatchNormalization, relu and an activation quantizer, in any mixture; `scale` fixes the quantizer's. */
  activation(
    at: string,
    channels: number,
    gain: number,
    fixed?: { readonly scale: number },
    turns = false,
  ): Omit<At, 'shape'> {
    let name = at;
    if (this.chance(0.6)) {
      const positive = (): number => 0.5 + this.random.nextFloat();
      const parameters = [
        this.list([channels], () => (turns && this.chance(0.25) ? -1 : 1) * positive()),
        this.list([channels], () => this.float()),
        this.list([channels], () => gain * this.float()),
        this.list([channels], () => (gain * positive()) ** 2),
      ];
      name = this.add('BatchNormalization', [name, ...parameters], { epsilon: 1e-5 });
      gain = 1;
    }
    if (!fixed && this.chance(0.25)) return { name: this.add('BipolarQuant', [name, this.number(1)]), bipolar: true };
    const relu = this.chance(0.6);
    if (relu) name = this.add('Relu', [name]);
    const bits = this.int(2, 5);
    const scale = fixed?.scale ?? Math.fround((gain * 2) / 2 ** bits);
    const rounding_mode = ['ROUND', 'FLOOR', 'CEIL', 'HALF_UP'][this.int(0, 3)] ?? 'ROUND';
    const attributes = { signed: relu ? 0 : 1, narrow: 0, rounding_mode };
    const operands = [this.number(scale), this.number(0), this.number(bits)];
    return { name: this.add('Quant', [name, ...operands], attributes), bipolar: false };
  }

  /** A convolution with its activation; `same` keeps height and width. */
  conv(at: At, same = false, fixed?: { readonly scale: number }, outputs?: number): At {
    const [channels, height, width] = at.shape;
    const axis = (size: number) => {
      const kernel = this.int(1, Math.min(same ? 5 : 7, size));
      const dilation = !same && this.chance(0.2) && 2 * (kernel - 1) < size ? 2 : 1;
      const stride = same ? 1 : this.int(1, this.chance(0.3) ? 4 : 2);
      const reach = dilation * (kernel - 1);
      const before = same ? Math.floor(reach / 2) : this.int(0, Math.min(2, reach));
      const after = same ? reach - before : this.int(0, Math.min(2, reach));
      return {
        kernel,
        dilation,
        stride,
        before,
        after,
        count: Math.floor((size + before + after - reach - 1) / stride) + 1,
      };
    };
    const [y, x] = [axis(height), axis(width)];
    const divisors = Array.from({ length: channels }, (_, k) => k + 1).filter((k) => channels % k === 0);
    const group = this.chance(0.4) ? (divisors[this.int(0, divisors.length - 1)] ?? 1) : 1;
    const wanted = outputs ?? group * this.int(1, 3);
    const used = wanted % group === 0 ? group : 1;
    const inner = channels / used;
    const attributes: Record<string, Attribute> = {
      kernel_shape: [y.kernel, x.kernel],
      strides: [y.stride, x.stride],
      dilations: [y.dilation, x.dilation],
      pads: [y.before, x.before, y.after, x.after],
      group: used,
    };
    const weights = this.weights([wanted, inner, y.kernel, x.kernel]);
    const bias = this.chance(0.4) ? [this.list([wanted], () => this.float())] : [];
    const sum = this.add('Conv', [at.name, weights, ...bias], attributes);
    const gain = Math.sqrt(inner * y.kernel * x.kernel);
    this.recipe.push(`conv ${wanted}x${inner}x${y.kernel}x${x.kernel} group ${used} stride ${y.stride},${x.stride}`);
    return { ...this.activation(sum, wanted, gain, fixed, true), shape: [wanted, y.count, x.count] };
  }

  pool(at: At): At {
    const [channels, height, width] = at.shape;
    const [ky, kx] = [this.int(1, Math.min(3, height)), this.int(1, Math.min(3, width))];
    const [sy, sx] = [this.int(1, 2), this.int(1, 2)];
    const attributes = { kernel_shape: [ky, kx], strides: [sy, sx], pads: [0, 0, 0, 0] };
    const shape: At['shape'] = [channels, Math.floor((height - ky) / sy) + 1, Math.floor((width - kx) / sx) + 1];
    const average = !at.bipolar && this.chance(0.4);
    this.recipe.push(`${average ? 'average' : 'max'} pool ${ky}x${kx}`);
    if (!average) return { ...at, name: this.add('MaxPool', [at.name], attributes), shape };
    const mean = this.add('AveragePool', [at.name], attributes);
    return { ...this.activation(mean, channels, 1), shape };
  }

  /** Two convolutions of the same input added, or one and the input itself; scales are equal or twice each other. */
  residual(at: At): At {
    const scale = 0.25;
    const channels = this.int(1, 4);
    const trunk = this.conv(at, true, { scale }, channels);
    const left = this.conv(trunk, true, { scale }, channels);
    const right = this.chance(0.5)
      ? trunk
      : this.conv(at, true, { scale: this.chance(0.5) ? scale : 2 * scale }, channels);
    this.recipe.push('add');
    const sum = this.add('Add', [left.name, right.name]);
    return { ...this.activation(sum, channels, 1), shape: left.shape };
  }

  concatenation(at: At): At {
    const scale = 0.5;
    const [left, right] = [this.conv(at, true, { scale }), this.conv(at, true, { scale })];
    this.recipe.push('concat');
    const name = this.add('Concat', [left.name, right.name], { axis: 1 });
    return { name, bipolar: false, shape: [left.shape[0] + right.shape[0], left.shape[1], left.shape[2]] };
  }

  upsample(at: At): At {
    const [channels, height, width] = at.shape;
    const [fy, fx] = [this.int(1, 2), this.int(1, 2)];
    this.recipe.push(`upsample ${fy}x${fx}`);
    const scales = this.constant(tensor([4], [1, 1, fy, fx]));
    return {
      ...at,
      name: this.add('Upsample', [at.name, scales], { mode: 'nearest' }),
      shape: [channels, height * fy, width * fx],
    };
  }

  block(at: At): At {
    const kind = this.int(0, 9);
    const [, height, width] = at.shape;
    if (kind < 4) return this.conv(at);
    if (kind < 6 && height * width > 1) return this.pool(at);
    if (kind < 8) return this.residual(at);
    return kind === 8 ? this.concatenation(at) : this.upsample(at.shape[1] * at.shape[2] > 40 ? this.pool(at) : at);
  }
}

/** Two to four blocks behind an optional input quantizer; the tail is a matrix, a global average, or the last block itself. */
export function randomConvNetwork(seed: number): RandomConvNetwork {
  const builder = new Builder(randomStream(BigInt(seed), 'random convolutional network'));
  const shape = [builder.int(1, 3), builder.int(4, 9), builder.int(4, 9)] as const;
  const inputType: ElementType = { kind: 'int', bits: builder.int(2, 8), signed: builder.chance(0.5) };
  const inputScale = [1, 0.5, 1 / 255][builder.int(0, 2)] ?? 1;
  let at: At = { name: 'x', shape, bipolar: false };
  if (builder.chance(0.4)) at = { ...at, ...builder.activation('x', shape[0], inputScale * 4) };
  for (let count = builder.int(2, 4); count > 0; count--) at = builder.block(at);
  const [channels, height, width] = at.shape;
  const tail = builder.int(0, 2);
  let output = at.name;
  let result: readonly number[] = [1, ...at.shape];
  if (tail === 0) {
    const outputs = builder.int(1, 5);
    const features = channels * height * width;
    const flat = builder.add('Flatten', [at.name], { axis: 1 });
    const transposed = builder.add('Transpose', [builder.weights([outputs, features])], { perm: [1, 0] });
    output = builder.add('MatMul', [flat, transposed]);
    result = [1, outputs];
  } else if (tail === 1 && !at.bipolar) {
    output = builder.add('GlobalAveragePool', [at.name]);
    result = [1, channels, 1, 1];
  }
  const graph: Graph = {
    name: `random_conv_${seed}`,
    source: 'qonnx',
    inputs: [{ name: 'x', shape: [1, ...shape] }],
    outputs: [{ name: output, shape: result }],
    nodes: builder.nodes,
    initializers: builder.initializers,
  };
  return { graph, inputType, inputScale, recipe: builder.recipe };
}
