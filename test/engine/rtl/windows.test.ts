/** Shared windows: random tap programs against a model that moves lists of pixels; padding, bubbles, both signs. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { tapOps } from '../../../src/engine/tap.js';
import type { Ports } from '../../../src/engine/model/port-model.js';
import { WindowsModel, type WindowsSizes } from '../../../src/engine/model/windows.js';
import { tapCodes } from '../../../src/engine/rtl/window.js';
import { EngineWindows } from '../../../src/engine/rtl/windows.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectPortsAgree } from './ports-bench.js';

const design = buildDesign(EngineWindows);

/** Taps that have what they need: a word where the rest of the neighbour on that side is used up. */
function taps({ G, P, XB }: WindowsSizes): (random: RandomStream) => Ports {
  let [side, rest, loaded] = [0, 0, false];
  return (random) => {
    const valid = random.nextInt(4) > 0;
    const tap = loaded ? [0, 1, 1, 1, 2, 3, 3, 3][random.nextInt(8)]! : 0;
    const needs = tap === 0 || rest === 0 || side !== (tap === 1 ? 1 : 2);
    const read = needs || random.nextInt(4) === 0;
    if (valid) {
      loaded = true;
      if (tap > 0) [side, rest] = [tap === 1 ? 1 : 2, (read ? P : rest) - 1];
    }
    const low = random.nextInt(3) === 0 ? random.nextInt(P + 1) : 0;
    return {
      ...{ valid: valid ? 1n : 0n, tap: BigInt(tap), read: read ? 1n : 0n },
      live: random.nextInt(3) === 0 ? random.nextBigInt(G) : (1n << BigInt(G)) - 1n,
      ...{ low: BigInt(low), high: BigInt(random.nextInt(3) === 0 ? random.nextInt(P + 1) : P) },
      ...{ pad: random.nextBigInt(XB), is_unsigned: random.nextBigInt(1), words: random.nextBigInt(G * P * XB) },
    };
  };
}

describe('engine_windows', () => {
  it.each<[WindowsSizes, boolean]>([
    [{ G: 1, P: 1, XB: 1, XU: 0 }, false],
    [{ G: 3, P: 5, XB: 8, XU: 1 }, true],
    [{ G: 2, P: 7, XB: 4, XU: 0 }, false],
    [{ G: 1, P: 2, XB: 3, XU: 1 }, false],
  ])('%j', async (params, verilator) => {
    const drive = taps(params);
    const seen = await expectPortsAgree({
      ...{ design, params: { ...params }, verilator, cycles: 600 },
      model: () => new WindowsModel(params),
      // Without the option pixels are signed: the bit has no meaning.
      drive: (random) => ({ ...drive(random), ...(params.XU === 0 ? { is_unsigned: 0n } : {}) }),
    });
    expect(seen.filter(({ x }) => x !== undefined).length).toBeGreaterThan(550);
  });

  it('numbers its taps as the compiler does', () => {
    const { load, left, rightH, right } = tapOps;
    expect(tapCodes).toEqual({ load, left, rightOfLoaded: rightH, right });
  });
});
