/**
 * Every row of the eight networks of ../shared/networks on the circuit, in the built-in simulator: each row on its own random
 * input, one behind the other, results against the integer reference and cycles against the model without data.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { engineOf, profileFile } from '../../src/build/profile.js';
import type { Profile } from '../../src/engine/profile/profile.js';

const file = '../shared/networks/networks.json';
const seed = BigInt(process.env['HEDDLE_SEED'] ?? Date.now());
const asic = 'P=7,G=3,M=32,D=4,XD=1184,WD=1024,LUT=0,ADD=0';
const small = [
  'AD_autoencoder',
  'DSCNN_KWS',
  'ResNet8_CIFAR10',
  'MobileNetV1_0.25_96_VWW',
  'ProxylessMobile_0.5_224',
] as const;

/** Figures of a run, a line a network. */
function say({ network, engine, cycles, fps, dramBytes, utilization, layers }: Profile): void {
  const bytes = (dramBytes / 1e6).toFixed(2);
  console.log(
    `${network} on ${engine.toString()}, ${engine.frequencyMHz} MHz: ${layers.length} rows, ${cycles} cycles, ` +
      `${fps.toFixed(2)} fps, ${bytes} MB, utilization ${(100 * utilization).toFixed(1)} %`,
  );
}

describe.skipIf(!existsSync(file))(`rows of the tables (repeat: HEDDLE_SEED=${seed})`, () => {
  it.each<[string, string, number]>([
    ...small.map((name): [string, string, number] => [name, asic, 400]),
    ['ProxylessMobile_0.5_224', 'P=14,G=3,M=48,D=4,XD=1024,WD=8192,WP=256,LUT=0,ADD=0', 300],
    ['AlexNet', asic, 400],
    ['ResNet50', asic, 400],
    ['VGG16', 'P=7,G=3,M=32,D=4,XD=1024,WD=1536,LUT=0,ADD=0', 400],
  ])('%s on %s: results of the reference, cycles of the model', (name, spelling, clock) => {
    const engine = engineOf(spelling, { clock });
    const request = { file, name, layers: 'all', engine, seed } as const;
    const run = profileFile({ ...request, via: 'simulator' });
    say(run);
    const found = run.layers.map(({ name: row, mismatches, cyclesSimulated, steps, stalls }) => ({
      ...{ row, mismatches, cycles: cyclesSimulated, steps, stalls },
    }));
    const model = profileFile({ ...request, via: 'model' });
    const expected = model.layers.map(({ name: row, cyclesPredicted, steps, stalls }) => ({
      ...{ row, mismatches: 0, cycles: cyclesPredicted, steps, stalls },
    }));
    expect(found).toEqual(expected);
    expect(run.cycles).toBe(model.cycles);
  });

  it('ProxylessMobile, connected, with its mean, takes at most 0.54 ms at 300 MHz', () => {
    const engine = engineOf('P=14,G=3,M=48,D=4,XD=1024,WD=8192,WP=256,HQ=15,PQ=64', { clock: 300 });
    const run = profileFile({ file, name: 'ProxylessMobile_0.5_224', layers: 'net', engine, seed, via: 'simulator' });
    say(run);
    expect(run.mismatches).toBe(0);
    expect(run.latencyMs).toBeLessThanOrEqual(0.54);
  });
});
