/** engine_weight_port against its cycle model: packets of random layers, bad packets, resets, with stalls on every side. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/config.js';
import type { Ports } from '../../../src/engine/model/port-model.js';
import { WeightPortModel } from '../../../src/engine/model/weight-port.js';
import { EngineWeightPort } from '../../../src/engine/rtl/weight-port.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { randomLayer, testEngines } from '../random-layer.js';
import { layerPackets } from '../rtl/core-bench.js';
import { expectPortsAgree, type PortsCase } from '../rtl/ports-bench.js';
import { beatList } from './engine-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/engine/model/weight-port.test.ts
const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const design = buildDesign(EngineWeightPort);
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

type Beats = ReturnType<typeof beatList>;

/** Packets of random layers that this engine has room for. */
function beatsOfLayers(engine: Engine, from: number, count: number): Beats {
  return Array.from({ length: count }, (_, k) => {
    const { packets } = layerPackets(randomLayer(seed, from + k, { engine }));
    return beatList(packets.weights, engine.WP);
  }).flat();
}

/** The sides of the port; `stalls`: chance that one of them waits. Begins again with the first beat after a reset. */
function driver(engine: Engine, beats: Beats, stalls: number, resets: readonly number[]): PortsCase['drive'] {
  const start = () => ({ at: 0, valid: false, sets: 0, written: 0, freed: 0, headers: 0, before: {} as Ports });
  let s = start();
  const mask = 2 ** (33 - Math.clz32(engine.WD)) - 1;
  return (random, cycle, outputs) => {
    const go = (): boolean => stalls === 0 || random.nextFloat() >= stalls;
    const inReset = cycle === 0 || resets.includes(cycle);
    if (inReset) s = start();
    else {
      if (s.before['s_axis_tvalid'] === 1n && outputs['s_axis_tready'] === 1n) [s.at, s.valid] = [s.at + 1, false];
      if (s.before['m_header_tready'] === 1n && outputs['m_header_tvalid'] === 1n) s.headers++;
      if (outputs['params_full'] === 1n) s.sets++;
      if (outputs['ring_write'] === 1n) s.written++;
    }
    const beat = beats[s.at];
    s.valid ||= beat !== undefined && !inReset && go();
    const free = s.sets > 0 && go();
    if (free) s.sets--;
    if (s.freed < s.written && go()) s.freed++;
    const inputs: Ports = {
      ...{ s_axis_tvalid: s.valid ? 1n : 0n, s_axis_tdata: beat?.data ?? 0n, s_axis_tlast: beat?.last ? 1n : 0n },
      ...{ m_header_tready: go() ? 1n : 0n, param_free: free ? 1n : 0n, passes_done: BigInt(s.headers) },
      ...{ ring_freed: BigInt(s.freed & mask), ring_address: BigInt(random.nextInt(engine.WD)) },
    };
    s.before = inputs;
    return inputs;
  };
}

const paramsOf = ({ WP, G, M, D, XB, WB, XD, WD, PD, NTHR, TMAX, KMAX, HQ, PQ }: Engine) => {
  const W_W = M * G * WB;
  return { WP, WU: gcd(W_W, WP), TU: gcd(XB, WP), W_W, G, M, D, XB, XD, WD, PD, NTHR, TMAX, KMAX, HQ, PQ };
};

describe('cycle model of the weight port', () => {
  it.each(testEngines.map((engine, k) => [engine.toString(), engine, k] as const))('%s', async (_, engine, k) => {
    const beats = beatsOfLayers(engine, 6000, 5);
    for (const stalls of [0, 0.3]) {
      const resets = stalls === 0 ? [] : [400, 401, 777];
      const seen = await expectPortsAgree({
        ...{ design, params: paramsOf(engine), cycles: 2500, resets, verilator: k === 6 && stalls > 0, seed },
        model: () => new WeightPortModel(engine),
        drive: driver(engine, beats, stalls, resets),
      });
      expect(seen.at(-1)!['error_code']).toBe(0n);
      const count = (port: string): number => seen.filter((outputs) => outputs[port] === 1n).length;
      expect(
        Math.min(count('ring_write'), count('param_write'), count('tap_write'), count('row_write')),
      ).toBeGreaterThan(2);
    }
  });

  const engine = testEngines[2]!;
  const good = beatsOfLayers(engine, 6100, 1);
  const first = good.findIndex(({ last }) => last) + 1;
  const changed = (index: number, change: (data: bigint) => bigint): Beats =>
    good.map((beat, k) => (k === index ? { ...beat, data: change(beat.data) } : beat));
  it.each<[string, bigint, Beats]>([
    ['a wrong magic', 1n, changed(0, (data) => data ^ 1n)],
    ['no output rows', 2n, changed(0, (data) => data & ~(0xffffn << 32n))],
    ['an early tlast', 3n, good.map((beat, k) => (k === first - 2 ? { ...beat, last: true } : beat))],
    ['no tlast', 4n, good.map((beat) => ({ ...beat, last: false }))],
    [
      'a wrong product',
      2n,
      changed(Math.floor((32 * 11 + 20) / engine.WP), (data) => data ^ (1n << BigInt((32 * 11 + 20) % engine.WP))),
    ],
  ])('%s stops the port until a reset', async (_, code, beats) => {
    const resets = [2000];
    const seen = await expectPortsAgree({
      ...{ design, params: paramsOf(engine), cycles: 2010, resets, seed },
      model: () => new WeightPortModel(engine),
      drive: driver(engine, beats, 0.2, resets),
    });
    expect([seen[1999]!['error_code'], seen[2001]!['error_code']]).toEqual([code, 0n]);
  });
});
