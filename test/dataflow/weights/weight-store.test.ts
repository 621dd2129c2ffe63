/** Weights that are written at run time: both forms in lockstep under random accesses, frames and stalls of all ports. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { runLockstep } from '../../../src/cosim/lockstep.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import type { Beats } from '../../../src/cosim/streams.js';
import type { Design, Image } from '../../../src/circuit/index.js';
import { programmableMatvec, type ProgrammableSizes } from '../../../src/dataflow/weights/matvec-programmable.js';
import { MatvecProgrammableModel } from '../../../src/dataflow/weights/matvec-programmable.model.js';
import { WeightStoreStream } from '../../../src/dataflow/weights/weight-store-stream.js';
import { WeightStoreStreamModel } from '../../../src/dataflow/weights/weight-store-stream.model.js';
import { accessRequest, accessResponse } from '../../../src/blocks/axi/index.js';
import { buildDesign, defineModule, nat, sink, source, uint } from '../../../src/hdl/index.js';
import { compile, type CycleModel, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';
import { turnedStalls } from '../../blocks/streams-bench.js';
import { bindStore, randomAccesses, type StoreChannels } from './access-bench.js';

interface StoreCase {
  readonly design: Design;
  readonly params: Readonly<Record<string, number>>;
  readonly images?: { readonly WEIGHTS: Image };
  readonly model: (channels: StoreChannels) => CycleModel;
  /** Bits of a word address of the access port. */
  readonly addressBits: number;
  readonly inputs: (seed: bigint) => Beats;
  readonly verilator: boolean;
  readonly paths: readonly string[];
}

const imageOf = (W: number, WORDS: number): { readonly WEIGHTS: Image } => {
  const random = randomStream(BigInt(W * WORDS), 'image');
  const words = Array.from({ length: WORDS }, () => random.nextBigInt(W));
  return { WEIGHTS: { file: 'weights.mem', width: W, words } };
};
const indexBits = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));
const addressBits = (W: number, WORDS: number): number => indexBits(WORDS) + indexBits(Math.ceil(W / 32)) + 1;

/** The unit and its store as a module. */
function unitDesign(sizes: ProgrammableSizes, W: number, WORDS: number, WEIGHTS: Image): Design {
  return buildDesign(
    defineModule({
      name: 'programmable_unit',
      doc: 'a matrix-vector unit whose weights are written at run time',
      params: {},
      ports: () => ({
        s_axis: sink(uint(sizes.SIMD * sizes.X_W)),
        m_axis: source(uint(sizes.PE * sizes.ACC_W)),
        s_req: sink(accessRequest(nat(addressBits(W, WORDS)))),
        m_rsp: source(accessResponse()),
      }),
      body: (b, io) => programmableMatvec(b, 'unit', 'us', sizes, WEIGHTS, io),
    }),
  );
}

async function expectAgreement(one: StoreCase, turn: number): Promise<void> {
  const { design, params, images, model, verilator } = one;
  const { participants, streams } = await designParticipants({
    ...{ design, params, ...(images && { images }), model: (all) => bindStore(all, model) },
    text: verilator ? emitText(design, images) : undefined,
    scrambles: [1],
  });
  const circuit = elaborate(design, { params, ...(images && { images }) });
  const wasm = { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const;
  expect([...combinationalPaths(compile(circuit), { reset: 'aresetn' })].sort()).toEqual([...one.paths].sort());
  for (const [k, stall] of turnedStalls(turn).entries()) {
    // Half of the pairs in each case; `turn` chooses which.
    if ((k + turn) % 2 === 0) continue;
    const seed = BigInt(k + 1);
    const inputs = { ...one.inputs(seed), s_req: randomAccesses(randomStream(seed, 'access'), one.addressBits, 150) };
    const spec = { participants: [wasm, ...participants], streams, inputs, stall, seed, reset: 'aresetn' };
    const { failure, outputs } = runLockstep({ ...spec, resets: k % 4, patience: 600, maxCycles: 1500 });
    // The stream side may run dry before all accesses are made, or the other way round.
    if (failure?.kind !== 'stuck') expect(failure, `seed ${seed}`).toBeUndefined();
    expect(outputs['m_rsp']?.length).toBeGreaterThan(10);
    expect(outputs['m_axis']?.length).toBeGreaterThan(5);
  }
}

describe('weight store', () => {
  it.each([
    [6, 8, 2, 4, 2, true],
    [1, 1, 1, 1, 1, false],
    [3, 5, 3, 1, 3, false],
    [2, 30, 2, 10, 1, false],
  ])('addressed: %i x %i, PE %i, SIMD %i, frames of %i vectors', async (MH, MW, PE, SIMD, VECTORS, verilator) => {
    const [X_W, W_W] = [3, 4];
    const params = { MH, MW, PE, SIMD, X_W, W_W, ACC_W: 20, VECTORS };
    const [W, WORDS] = [PE * SIMD * W_W, (MH / PE) * (MW / SIMD)];
    const images = imageOf(W, WORDS);
    const one: StoreCase = {
      ...{
        design: unitDesign(params, W, WORDS, images.WEIGHTS),
        params: {},
        verilator,
        addressBits: addressBits(W, WORDS),
      },
      model: ({ requests, responses, at }) =>
        new MatvecProgrammableModel(at('s_axis'), at('m_axis'), requests, responses, 'us', params, images),
      inputs: (seed) => {
        const random = randomStream(seed, 'beats');
        const beats = VECTORS * (MW / SIMD) * 40;
        return { s_axis: Array.from({ length: beats }, () => ({ tdata: random.nextBigInt(SIMD * X_W) })) };
      },
      paths: ['m_axis_tready -> s_axis_tready'],
    };
    await expectAgreement(one, MH);
  });

  it.each([
    [33, 5, 2, true],
    [1, 1, 1, false],
    [64, 4, 3, false],
    [8, 16, 1, false],
  ])('as a stream: W %i, WORDS %i, frames of %i times all words', async (W, WORDS, times, verilator) => {
    const params = { W, WORDS, FRAME: WORDS * times };
    const images = imageOf(W, WORDS);
    const one: StoreCase = {
      ...{ design: buildDesign(WeightStoreStream), params, images, verilator, addressBits: addressBits(W, WORDS) },
      model: ({ requests, responses, at }) =>
        new WeightStoreStreamModel(at('t_axis'), at('m_axis'), requests, responses, params, images),
      inputs: () => ({ t_axis: Array.from({ length: 80 }, () => ({ tdata: 0n })) }),
      paths: [],
    };
    await expectAgreement(one, W);
  });
});
