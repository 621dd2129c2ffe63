/** engine_residual_reader against its cycle model: passes of random shape, banks that are not free, words that leave when they like. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { emptyHeader, encodeHeader, type Header } from '../../../src/engine/header.js';
import { packed, type Ports } from '../../../src/engine/model/port-model.js';
import { type ReaderSizes, residualGroups, ResidualReaderModel } from '../../../src/engine/model/residual-reader.js';
import { EngineResidualReader } from '../../../src/engine/rtl/residual-reader.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineResidualReader);

function randomHeader({ GROUPS }: ReaderSizes, random: RandomStream): Header {
  const upTo = (n: number): number => 1 + random.nextInt(n);
  const yRing = upTo(4);
  return {
    ...{ ...emptyHeader, res: random.nextInt(5) > 0 ? 1 : 0, tokCheck: random.nextInt(2) },
    ...{ Ho: upTo(4), XT: upTo(4), OTN: upTo(3), gLast: upTo(GROUPS), yRing, ySlot0: random.nextInt(yRing) },
    ...{
      rBase: random.nextInt(1000),
      rGrp0: random.nextInt(GROUPS),
      rRow: random.nextInt(300),
      rBlk: random.nextInt(99),
    },
  };
}

/** A sequencer and a requantizer: a pass follows when all tiles of the one before are taken and all words popped. */
function driver(sizes: ReaderSizes, eager: boolean) {
  // Words are popped only when the last step of their tile is issued.
  const left = { groups: 0, served: 0, taken: 0 };
  let tiles: number[] = [];
  let [pause, early, wasGranted, wasTaken] = [3, 0, false, false];
  return (random: RandomStream, _: number, before: Ports): Ports => {
    const chance = (n: number): boolean => eager || random.nextInt(n) > 0;
    // What the cycle before has shown: a request that was granted is on its way.
    if (wasGranted && before['read'] === 1n) left.served++;
    const takes = tiles.length === 0 && left.groups === 0 && pause-- <= 0;
    const header = takes ? randomHeader(sizes, random) : emptyHeader;
    early = takes ? 3 + random.nextInt(6) : Math.max(0, early - 1);
    if (takes) {
      pause = 3 + random.nextInt(5);
      const all = header.res === 1 ? [...residualGroups(header, sizes.GROUPS)] : [];
      const ends = all.flatMap(({ tileEnd }, k) => (tileEnd ? [k + 1] : []));
      tiles = ends.map((end, k) => end - (ends[k - 1] ?? 0));
      Object.assign(left, { groups: all.length, served: 0, taken: 0 });
    }
    // ready may be that of the tile that was taken in the cycle before.
    const taken = !takes && before['ready'] === 1n && !wasTaken && chance(3);
    const popped = !takes && Math.min(left.served, left.taken) > 0 && chance(4);
    if (popped) for (const key of ['served', 'groups', 'taken'] as const) left[key]--;
    if (taken) left.taken += tiles.shift() ?? 0;
    [wasTaken, wasGranted] = [taken, chance(3)];
    return {
      ...{ take: takes ? 1n : 0n, header: packed([...encodeHeader(header)].map(BigInt), 32) },
      ...{ step: early === 0 && chance(6) ? 1n : 0n, served: wasGranted ? 1n : 0n },
      ...{ popped: popped ? 1n : 0n, tile_taken: taken ? 1n : 0n },
    };
  };
}

describe('engine_residual_reader', () => {
  it.each<[ReaderSizes, boolean, boolean]>([
    [{ GROUPS: 3, DEPTH: 7 }, false, true],
    [{ GROUPS: 8, DEPTH: 48 }, true, false],
    [{ GROUPS: 1, DEPTH: 2 }, false, false],
  ])('%j, eager: %j', async (sizes, eager, verilator) => {
    const seen = await expectPortsAgree({
      ...{ design, params: { ...sizes }, verilator, cycles: 1500 },
      model: () => new ResidualReaderModel(sizes),
      drive: driver(sizes, eager),
    });
    expect(seen.filter(({ read }) => read === 1n).length).toBeGreaterThan(200);
  });
});
