/** The top of a build, driven by what its tree says: `files.f`, `report.json` and the files of `vectors/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomStream } from '../../src/base/random.js';
import { buildModel, readRtlFolder, VerilatorModel } from '../../src/cosim/index.js';
import type { PortInfo } from '../../src/simulator/index.js';

interface Port {
  readonly prefix: string;
  readonly bits: number;
}

export interface Top {
  readonly module: string;
  readonly clock: string;
  readonly reset: string;
  readonly input: Port;
  readonly output: Port & { readonly beats_per_sample: number };
  readonly weights?: readonly (Port & {
    readonly layer: string;
    readonly beats: number;
    readonly beats_per_sample: number;
    readonly error: string;
    readonly file: string;
  })[];
  readonly control?: {
    readonly prefix: string;
    readonly address_bits: number;
    readonly data_bits: number;
    readonly layers: readonly string[];
    readonly address_map: string;
  };
}

export interface Beat {
  readonly data: bigint;
  readonly last: number;
}

export const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

export const topOf = (directory: string): Top => readJson<{ readonly top: Top }>(directory, 'report.json').top;

export const readBeats = (...path: string[]): Beat[] =>
  readFileSync(join(...path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [data = '', last = ''] = line.split(' ');
      return { data: BigInt(`0x${data}`), last: Number(last) };
    });

function portsOf({ reset, input, output, weights = [], control }: Top): PortInfo[] {
  const port = (name: string, dir: PortInfo['dir'], width = 1): PortInfo => ({ name, dir, width, signed: false });
  const stream = ({ prefix, bits }: Port, forward: 'input' | 'output'): PortInfo[] => [
    port(`${prefix}_tdata`, forward, bits),
    port(`${prefix}_tvalid`, forward),
    port(`${prefix}_tlast`, forward),
    port(`${prefix}_tready`, forward === 'input' ? 'output' : 'input'),
  ];
  const bus = ({ prefix, address_bits, data_bits }: Required<Top>['control']): PortInfo[] =>
    ['aw', 'w', 'b', 'ar', 'r'].flatMap((channel) => {
      const [to, from] =
        /[br]$/.test(channel) && channel !== 'ar' ? (['output', 'input'] as const) : (['input', 'output'] as const);
      const payload: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
        aw: [
          ['addr', address_bits],
          ['prot', 3],
        ],
        ar: [
          ['addr', address_bits],
          ['prot', 3],
        ],
        w: [
          ['data', data_bits],
          ['strb', data_bits / 8],
        ],
        b: [['resp', 2]],
        r: [
          ['data', data_bits],
          ['resp', 2],
        ],
      };
      const at = `${prefix}_${channel}`;
      return [
        port(`${at}valid`, to),
        port(`${at}ready`, from),
        ...(payload[channel] ?? []).map(([name, bits]) => port(`${at}${name}`, to, bits)),
      ];
    });
  return [
    port(reset, 'input'),
    ...stream(input, 'input'),
    ...stream(output, 'output'),
    ...weights.flatMap((each) => [...stream(each, 'input'), port(each.error, 'output')]),
    ...(control === undefined ? [] : bus(control)),
  ];
}

/** A stream into the top, with random pauses. */
class Source {
  #next = 0;
  #offering = false;
  constructor(
    readonly prefix: string,
    readonly beats: Beat[],
    readonly endless: boolean,
  ) {}

  before(sim: VerilatorModel, random: RandomStream): void {
    const beat = this.beats[this.endless ? this.#next % this.beats.length : this.#next];
    this.#offering = beat !== undefined && (this.#offering || random.nextInt(3) > 0);
    sim.poke(`${this.prefix}_tvalid`, this.#offering ? 1 : 0);
    sim.poke(`${this.prefix}_tdata`, beat?.data ?? 0n);
    sim.poke(`${this.prefix}_tlast`, beat?.last ?? 0);
  }

  after(sim: VerilatorModel): void {
    if (!this.#offering || sim.peek(`${this.prefix}_tready`) !== 1n) return;
    this.#next++;
    this.#offering = false;
  }
}

/** The text of a build in Verilator: weight ports fed again and again, all streams with random pauses. */
export class PackagedTop {
  readonly #input: Source;
  readonly #weights: readonly Source[];
  readonly #came: Beat[] = [];

  private constructor(
    readonly top: Top,
    directory: string,
    readonly sim: VerilatorModel,
    readonly random: RandomStream,
  ) {
    this.#input = new Source(top.input.prefix, [], false);
    this.#weights = (top.weights ?? []).map(({ prefix, file }) => new Source(prefix, readBeats(directory, file), true));
    sim.poke(top.reset, 0);
    for (let cycle = 0; cycle < 4; cycle++) sim.tick();
    sim.poke(top.reset, 1);
  }

  /** The build of a directory, out of reset. */
  static async of(directory: string, random: RandomStream): Promise<PackagedTop> {
    const top = topOf(directory);
    const text = readRtlFolder(join(directory, 'rtl'));
    const made = await buildModel({
      files: text.filter(({ name }) => !name.endsWith('.mem')),
      images: text.filter(({ name }) => name.endsWith('.mem')),
      top: top.module,
      ports: portsOf(top),
      clocks: [top.clock],
    });
    return new PackagedTop(top, directory, new VerilatorModel(made), random);
  }

  /** One cycle; `before` pokes other inputs, `after` looks at the settled wires. */
  step(before?: () => void, after?: () => void): void {
    const { sim, random, top } = this;
    const sources = [this.#input, ...this.#weights];
    for (const source of sources) source.before(sim, random);
    const { prefix } = top.output;
    sim.poke(`${prefix}_tready`, random.nextInt(2));
    before?.();
    sim.settle();
    if (sim.peek(`${prefix}_tvalid`) === 1n && sim.peek(`${prefix}_tready`) === 1n)
      this.#came.push({ data: sim.peek(`${prefix}_tdata`), last: Number(sim.peek(`${prefix}_tlast`)) });
    for (const source of sources) source.after(sim);
    after?.();
    sim.tick();
  }

  /** Plays `given` until `count` beats have come, which are given back. */
  play(given: readonly Beat[], count: number): Beat[] {
    this.#input.beats.push(...given);
    this.#came.length = 0;
    for (let cycle = 0; cycle < 50_000 && this.#came.length < count; cycle++) this.step();
    return [...this.#came];
  }
}
