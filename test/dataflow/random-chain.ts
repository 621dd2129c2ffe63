/** Random chains that no planner would make: every kind of node in any order, short FIFOs, frames that fill no beat. */
import { type RandomStream, randomStream } from '../../src/base/random.js';
import type { Chain, ChainModule, ChainNode } from '../../src/dataflow/chain.js';
import { inputStream, lineNode } from '../../src/dataflow/chain-streams.js';

const width = 2;
const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

class ChainMaker {
  readonly nodes: ChainNode[] = [];
  readonly #random: RandomStream;
  elements: number;
  lanes: number;

  constructor(random: RandomStream) {
    this.#random = random;
    this.elements = this.pick([1, 2, 3, 4, 6, 8, 9, 12]);
    this.lanes = this.pick([1, 2, 3, 4, 5]);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#random.nextInt(list.length)] as T;
  }

  add(module: ChainModule): void {
    const name = `n${this.nodes.length}_${module.kind}`;
    this.nodes.push(lineNode(module, name, name, this.nodes.at(-1)?.name ?? inputStream));
  }

  queue(bits: number): void {
    if (this.pick([true, false])) this.add({ kind: 'register_slice', params: { W: bits } });
    else this.add({ kind: 'fifo', params: { W: bits, DEPTH: this.pick([1, 1, 2, 3, 5]) } });
  }

  convert(lanes: number): void {
    if (lanes === this.lanes) return;
    const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
    const common = (lanes * this.lanes) / gcd(lanes, this.lanes);
    this.add({
      kind: 'width_converter',
      params: {
        ...{ IN_W: this.lanes * width, OUT_W: lanes * width, UP: common / this.lanes, DOWN: common / lanes },
        ...{ FRAME_IN: Math.ceil(this.elements / this.lanes), FRAME_OUT: Math.ceil(this.elements / lanes) },
      },
    });
    this.lanes = lanes;
  }

  bits(count: number): bigint {
    return this.#random.nextBigInt(count);
  }

  /** `from` bits a lane to two. */
  thresholds(from: number): void {
    const PE = this.lanes;
    const word = PE * 3 * (from + 2);
    this.add({
      kind: 'thresholds',
      signed: false,
      params: { PE, FOLDS: 1, LEVELS: 3, X_W: from, OUT_W: width, LOWEST: 0 },
      images: { THRESHOLDS: { file: `t${this.nodes.length}.mem`, width: word, words: [this.bits(word)] } },
    });
  }

  requantize(): void {
    const PE = this.lanes;
    const image = (lane: number, what: string) => ({
      ...{ file: `${what}${this.nodes.length}.mem`, width: PE * lane, words: [this.bits(PE * lane)] },
    });
    this.add({
      kind: 'requantize',
      requantize: { signedInput: false, rounding: 'floor', relu: false, overflow: 'wrap', signedOutput: false },
      params: { PE, FOLDS: 1, X_W: width, M_W: 3, A_W: 3, T_W: 8, SHIFT: 1, OUT_W: width },
      images: { MULTIPLIERS: image(3, 'm'), ADDENDS: image(3, 'a') },
    });
  }

  matvec(): void {
    const SIMD = this.pick(divisors(this.elements));
    this.convert(SIMD);
    if (this.pick([true, false])) this.queue(SIMD * width);
    const MH = this.pick([1, 2, 3, 4, 6, 8]);
    const PE = this.pick(divisors(MH));
    const [words, bits] = [(MH / PE) * (this.elements / SIMD), PE * SIMD];
    this.add({
      kind: 'matvec',
      arithmetic: 'uu',
      params: { MH, MW: this.elements, PE, SIMD, X_W: width, W_W: 1, ACC_W: 10 },
      images: {
        WEIGHTS: {
          ...{ file: `w${this.nodes.length}.mem`, width: bits },
          words: Array.from({ length: words }, () => this.bits(bits)),
        },
      },
    });
    this.lanes = PE;
    this.elements = MH;
    if (this.pick([true, false])) this.queue(PE * 10);
    this.thresholds(10);
  }
}

/** Equal seeds give equal chains. */
export function randomChain(seed: bigint): Chain {
  const maker = new ChainMaker(randomStream(seed, 'chain'));
  const port = () => ({
    ...{ bits: maker.lanes * 8, lanes: maker.lanes, laneBits: 8 },
    ...{ elements: maker.elements, beats: Math.ceil(maker.elements / maker.lanes) },
  });
  const input = port();
  maker.add({ kind: 'lane_truncate', params: { N: maker.lanes, IN_W: 8, OUT_W: width } });
  for (let left = maker.pick([1, 2, 4, 7, 10]); left > 0; left--) {
    switch (maker.pick(['matvec', 'matvec', 'convert', 'queue', 'thresholds', 'requantize'])) {
      case 'matvec':
        maker.matvec();
        break;
      case 'convert':
        maker.convert(maker.pick([1, 2, 3, 4, 6]));
        break;
      case 'queue':
        maker.queue(maker.lanes * width);
        break;
      case 'thresholds':
        maker.thresholds(width);
        break;
      case 'requantize':
        maker.requantize();
        break;
    }
  }
  if (maker.pick([true, false, false]) && maker.elements % maker.lanes === 0) {
    const params = { N: maker.elements, PE: maker.lanes, X_W: width, OUT_W: 8 };
    maker.add({ kind: 'argmax', signed: false, params });
    maker.lanes = 1;
    maker.elements = 1;
  } else maker.add({ kind: 'lane_extend', signed: false, params: { N: maker.lanes, IN_W: width, OUT_W: 8 } });
  return { name: `chain_${seed}`, input, nodes: maker.nodes, output: port() };
}
