/** MAC array: circuit, WebAssembly, cycle model and Verilator in lockstep under stalls; sums by exact whole numbers. */
import { describe, expect, it } from 'vitest';
import { MacArray, MacPe } from '../../../src/blocks/arith/index.js';
import { MacArrayModel, type MacArraySizes, type TileBeat } from '../../../src/blocks/arith/mac-array.model.js';
import { randomStream } from '../../../src/base/random.js';
import { verifyBlock } from '../../../src/cosim/block-harness.js';
import { bindStream } from '../../../src/cosim/channel-model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import type { Beats } from '../../../src/cosim/streams.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { channel, compile, createSimulation, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../emit-text.js';
import { turnedStalls } from '../module-bench.js';

type Beat = Readonly<Record<string, bigint>>;

/** Sums of a tile from its beats, a column a beat: wide whole numbers, wrapped once at the end. */
function columnsOf(tile: readonly Beat[], { ROWS, COLS, A_W, W_W, ACC_W }: MacArraySizes): Beat[] {
  const signed = (beat: Beat, low: number, width: number): bigint =>
    BigInt.asIntN(width, (beat['tdata'] ?? 0n) >> BigInt(low));
  return Array.from({ length: COLS }, (_, c) => {
    const sums = Array.from({ length: ROWS }, (__, r) =>
      tile.reduce((sum, beat) => sum + signed(beat, r * A_W, A_W) * signed(beat, ROWS * A_W + c * W_W, W_W), 0n),
    );
    const tdata = sums.reduceRight((word, sum) => (word << BigInt(ACC_W)) | BigInt.asUintN(ACC_W, sum), 0n);
    return { tdata, tlast: c === COLS - 1 ? 1n : 0n };
  });
}

function tilesOf(beats: readonly Beat[]): Beat[][] {
  const tiles: Beat[][] = [[]];
  for (const beat of beats) {
    tiles.at(-1)!.push(beat);
    if (beat['tlast'] === 1n) tiles.push([]);
  }
  return tiles.slice(0, -1);
}

describe('mac_array', () => {
  const design = buildDesign(MacArray);
  // Rows, columns, widths, and the lengths of the tiles in turn.
  it.each([
    [1, 1, 1, 1, 2, [1, 2, 3], true],
    [2, 3, 4, 3, 9, [3, 5, 4], true],
    [3, 5, 8, 5, 13, [1, 7, 2], true],
    [5, 2, 3, 9, 40, [2, 2, 3], true],
    [4, 4, 8, 8, 32, [9, 4, 6], true],
    [3, 9, 2, 3, 70, [11, 9, 12], false],
  ])(
    'ROWS %i, COLS %i, A_W %i, W_W %i, ACC_W %i, tiles of %j',
    async (ROWS, COLS, A_W, W_W, ACC_W, tiles, verilator) => {
      const params = { ROWS, COLS, A_W, W_W, ACC_W };
      const none: TileBeat = { data: 0n, last: false };
      const bench = await designParticipants({
        ...{ design, params, text: verilator ? emitText(design) : undefined, scrambles: [1] },
        model: (streams) => {
          const [input, output] = [channel(none), channel(none)];
          const bound = streams.map((stream) =>
            bindStream(
              stream,
              stream.role === 'sink' ? input : output,
              ({ data, last }) => ({ tdata: data, tlast: last ? 1n : 0n }),
              ({ tdata, tlast }) => ({ data: tdata ?? 0n, last: tlast === 1n }),
            ),
          );
          return { model: new MacArrayModel(input, output, params), streams: bound };
        },
      });
      const circuit = elaborate(design, { params });
      const [first = 1, second = 1] = tiles;
      const report = verifyBlock({
        ...bench,
        participants: [
          { name: 'wasm', compare: 'exact', create: () => compile(circuit) } as const,
          ...bench.participants,
        ],
        subject: 'mac_array',
        params,
        inputs: (random, count): Beats => ({
          s_axis: Array.from({ length: count }, (_, n) => tiles[n % tiles.length] ?? 1).flatMap((length) =>
            Array.from({ length }, (_, k) => ({
              tdata: random.nextBigInt(ROWS * A_W + COLS * W_W),
              tlast: k === length - 1 ? 1n : 0n,
            })),
          ),
        }),
        reference: ({ s_axis = [] }) => ({ m_axis: tilesOf(s_axis).flatMap((tile) => columnsOf(tile, params)) }),
        capacity: first + second + 2,
        packet: { m_axis: COLS },
        claims: {
          // From the first beat of the first tile.
          latency: { from: 's_axis', to: 'm_axis', cycles: first + 3 },
          ...(tiles.every((length) => length >= COLS) ? { fullRate: ['s_axis'] } : {}),
          capacity: { stream: 's_axis', beats: first + second + 2 },
          paths: ['m_axis_tready -> s_axis_tready'],
        },
        effort: { stalls: turnedStalls(COLS), beats: 8, resets: 6 },
      });
      expect(report.failures).toEqual([]);
    },
  );

  it('has one nested loop for any number of elements', () => {
    const text = emitText(design).find(({ name }) => name === 'mac_array.sv')!.text;
    expect(text.match(/for \(genvar/g)).toHaveLength(2);
    expect(text.match(/mac_pe #/g)).toHaveLength(1);
    expect(text.split('\n').length).toBeLessThan(160);
  });
});

describe('mac_pe', () => {
  it.each([
    [1, 1, 2],
    [4, 7, 11],
    [8, 8, 40],
  ])('A_W %i, W_W %i, ACC_W %i follows whole numbers under random enables', (A_W, W_W, ACC_W) => {
    const sim = createSimulation(buildDesign(MacPe), { params: { A_W, W_W, ACC_W } });
    const random = randomStream(3n, `${A_W} ${W_W}`);
    let [product, sum] = [0n, 0n];
    for (let cycle = 0; cycle < 500; cycle++) {
      const [a, w] = [BigInt.asIntN(A_W, random.nextBigInt(A_W)), BigInt.asIntN(W_W, random.nextBigInt(W_W))];
      const [multiply, accumulate, clear] = [0, 0, 0].map(() => random.nextInt(2) === 1);
      for (const [name, value] of Object.entries({ a, w })) sim.poke(name, value);
      for (const [name, value] of Object.entries({ multiply, accumulate, clear }))
        sim.poke(name, value === true ? 1 : 0);
      sim.tick();
      if (accumulate === true) sum = BigInt.asIntN(ACC_W, (clear === true ? 0n : sum) + product);
      if (multiply === true) product = a * w;
      sim.settle();
      expect(BigInt.asIntN(ACC_W, sim.peek('sum'))).toBe(sum);
    }
  });
});
