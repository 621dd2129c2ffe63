/** engine_post against its cycle model: random passes one behind the other, parameters for the next weight tile meanwhile. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { emptyHeader, encodeHeader, type Header } from '../../../src/engine/header.js';
import { cyclesOfGroup, ISSUE_TO_DRAIN } from '../../../src/engine/latency.js';
import { packed, type Ports } from '../../../src/engine/model/port-model.js';
import { places, PostModel, type PostSizes } from '../../../src/engine/model/post.js';
import { EnginePost } from '../../../src/engine/rtl/post.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EnginePost);

/** A header whose pass is short; legal for an engine of these sizes. */
function randomHeader(s: PostSizes, random: RandomStream): Header {
  const upTo = (n: number): number => 1 + random.nextInt(n);
  const dst = upTo(3);
  const [Ho, XT] = [upTo(3), upTo(5)];
  const CHN = s.PD >= Ho * XT * s.GROUPS ? upTo(3) : 1;
  const yRing = upTo(4);
  const requant = s.MUL === 0 ? 0 : random.nextInt(s.FIXED === 1 ? 4 : 3);
  const limits = [random.nextInt(2 ** s.XB), random.nextInt(2 ** s.XB)].sort((a, c) => a - c);
  const unsigned = random.nextInt(2);
  const code = (x: number): number => (unsigned === 1 ? x : (x - 2 ** (s.XB - 1)) & 0xffff);
  return {
    ...emptyHeader,
    ...{ dstXram: dst & 1, dstAxis: dst >> 1, lut: s.LUT && random.nextInt(2), round: random.nextInt(5), requant },
    ...{ wrapOut: random.nextInt(2), thresholds: s.NTHR > 0 ? random.nextInt(2) : 0, planes: random.nextInt(16) },
    ...{ Ho, XT, OTN: upTo(3), CHN, Mlast: upTo(s.GROUPS * s.D) },
    ...{
      yBase: random.nextInt(1000),
      yGrp0: random.nextInt(s.GROUPS),
      yRow: random.nextInt(300),
      yBlk: random.nextInt(99),
    },
    ...{ yRing, ySlot0: random.nextInt(yRing), yPhase: random.nextInt(50), ySW: upTo(Math.min(4, s.GROUPS)) },
    ...{ lo: code(limits[0]!), hi: code(limits[1]!), zp: random.nextInt(20) - 10, outUnsigned: unsigned },
    ...(s.ADD === 1 && random.nextInt(2) === 0 ? randomResidual(s, random) : {}),
    ...{ leaky: 0, shift: random.nextInt(32), leftShift: random.nextInt(4) },
    ...{
      bias: Number(BigInt.asIntN(32, random.nextBigInt(32))),
      mult: Number(BigInt.asIntN(32, random.nextBigInt(32))),
    },
  };
}

/** Fields of a residual. */
function randomResidual(s: PostSizes, random: RandomStream): Partial<Header> {
  const limits = [random.nextInt(2 ** s.XB), random.nextInt(2 ** s.XB)].sort((a, c) => a - c);
  const isUnsigned = random.nextInt(2);
  const code = (x: number): number => (isUnsigned === 1 ? x : (x - 2 ** (s.XB - 1)) & 0xffff);
  const word = (): number => Number(BigInt.asIntN(32, random.nextBigInt(32)));
  return {
    ...{ res: 1, rLo: code(limits[0]!), rHi: code(limits[1]!), rOutUnsigned: isUnsigned, rZp: random.nextInt(16) - 8 },
    ...{ rZero: random.nextInt(2 ** s.XB) - 2 ** (s.XB - 1), rShift: random.nextInt(32), rLeft: random.nextInt(3) },
    ...{ rRequant: s.MUL === 0 ? 0 : random.nextInt(s.FIXED === 1 ? 4 : 3), rRound: random.nextInt(5) },
    ...{ rWrap: random.nextInt(2), rUnsigned: random.nextInt(2), rSwap: random.nextInt(2), rUp: random.nextInt(21) },
    ...{ rDrop: random.nextInt(20), rFactor: word(), rBias: word() >> 4, rMult: word() },
  };
}

/** Inputs of every cycle: passes as the sequencer, the array and the weight port bring them. */
function script(s: PostSizes, random: RandomStream, passes: number): { inputs: Ports[]; groups: number } {
  const inputs: Record<string, bigint>[] = [];
  const at = (cycle: number): Record<string, bigint> => {
    while (inputs.length <= cycle)
      inputs.push({ cfg_tvalid: 0n, param_write: 0n, drain_valid: 0n, tile_last: 0n, table_write: 0n, res_valid: 0n });
    return inputs[cycle]!;
  };
  let [now, set, groups] = [2 + ISSUE_TO_DRAIN, 0, 0];
  for (let entry = 0; s.LUT === 1 && entry < 2 ** s.XB; entry++, now++)
    Object.assign(at(now), { table_write: 1n, table_address: BigInt(entry), table_data: random.nextBigInt(s.XB) });
  let [tileStart, lastFirst] = [now, now];
  for (let pass = 0; pass < passes; pass++) {
    const header = randomHeader(s, random);
    // The header may come as soon as the pass before is in use; the first group 5 cycles behind it or later.
    const pushed = lastFirst + 1 + random.nextInt(4);
    Object.assign(at(pushed), { cfg_tvalid: 1n, cfg_tdata: packed([...encodeHeader(header)].map(BigInt), 32) });
    now = Math.max(now, pushed + 5 + random.nextInt(2) * random.nextInt(20));
    let wordAt = pushed;
    let newTile = true;
    let tileOf = 0;
    const all = [...places(header, s)];
    for (const [i, place] of all.entries()) {
      if (newTile && header.planes !== 0) {
        let write = tileStart + 1;
        for (const plane of [0, 1, 2, ...Array.from({ length: s.NTHR }, (_, i) => 3 + i)]) {
          for (let group = 0; group < s.GROUPS; group++, write++) {
            const words = Array.from({ length: s.D }, () =>
              plane === 2
                ? BigInt(random.nextInt(48) + 256 * random.nextInt(4)) + (random.nextBigInt(16) << 16n)
                : random.nextBigInt(32) >> BigInt(random.nextInt(28)),
            );
            Object.assign(at(write), { param_write: 1n, param_plane: BigInt(plane), param_set: BigInt(set) });
            Object.assign(at(write), { param_group: BigInt(group), param_data: packed(words, 32) });
          }
        }
        now = Math.max(now, write);
        set = (set + 1) % s.PQ;
      }
      if (newTile) [newTile, tileStart] = [false, now];
      if (place.k === 0) {
        // Tiles of split words come no faster than they are written; partial sums not again within four cycles.
        now = Math.max(now + random.nextInt(2) * random.nextInt(6), tileOf);
        tileOf = now + Math.max(s.GROUPS * cyclesOfGroup({ ...header, dstXram: 1 }), header.CHN > 1 ? 4 : 0);
        const next = all.findIndex(({ k }, j) => j > i && k === 0);
        const used = (next < 0 ? all.length : next) - i;
        Object.assign(at(now - ISSUE_TO_DRAIN), { tile_last: 1n, tile_groups: BigInt(used) });
        if (groups === 0 || lastFirst < pushed) lastFirst = now;
      }
      const sums = Array.from({ length: s.P * s.D }, () => random.nextBigInt(s.AB) >> BigInt(random.nextInt(s.AB - 1)));
      // Residual words come in any time before their sums have passed the requantizer.
      wordAt = Math.max(wordAt + 1, now - random.nextInt(24));
      if (header.res === 1 && place.lastChunk)
        Object.assign(at(wordAt), { res_valid: 1n, res_words: random.nextBigInt(s.P * s.D * s.XB) });
      Object.assign(at(now++), { drain_valid: 1n, drain_sums: packed(sums, s.AB) });
      groups++;
      if (place.otEnd) newTile = true;
    }
    // The queue of the writer is empty before words are split in another number of phases; a pass with residual is over.
    now = Math.max(now, tileOf) + (header.res === 1 ? 60 : 0);
    if (header.res === 1) lastFirst = now;
  }
  at(now + 40);
  return { inputs, groups };
}

describe('engine_post', () => {
  it.each<[PostSizes, boolean]>([
    [{ P: 3, D: 2, GROUPS: 3, AB: 32, XB: 8, PD: 64, PQ: 4, MUL: 1, FIXED: 1, NTHR: 0, LUT: 1, ADD: 1 }, true],
    [{ P: 7, D: 1, GROUPS: 4, AB: 24, XB: 8, PD: 0, PQ: 2, MUL: 0, FIXED: 0, NTHR: 3, LUT: 0, ADD: 1 }, false],
    [{ P: 2, D: 4, GROUPS: 1, AB: 20, XB: 4, PD: 20, PQ: 8, MUL: 1, FIXED: 0, NTHR: 1, LUT: 0, ADD: 1 }, false],
    [{ P: 2, D: 1, GROUPS: 2, AB: 32, XB: 11, PD: 20, PQ: 2, MUL: 1, FIXED: 1, NTHR: 0, LUT: 0, ADD: 0 }, false],
    [{ P: 5, D: 3, GROUPS: 8, AB: 32, XB: 8, PD: 40, PQ: 16, MUL: 1, FIXED: 1, NTHR: 0, LUT: 0, ADD: 0 }, false],
  ])('%j', async (sizes, verilator) => {
    const { inputs, groups } = script(sizes, randomStream(7n, JSON.stringify(sizes)), 8);
    const seen = await expectPortsAgree({
      ...{ design, params: { ...sizes, ENTRIES: 2 ** sizes.XB }, verilator, cycles: inputs.length },
      model: () => new PostModel(sizes),
      drive: (_, cycle) => inputs[cycle]!,
    });
    const count = (port: string) => seen.filter((outputs) => outputs[port] === 1n).length;
    expect(groups).toBeGreaterThan(100);
    expect([count('out_valid') > 20, count('write_valid') > 20, count('pass_done')]).toEqual([true, true, 8]);
  });
});
