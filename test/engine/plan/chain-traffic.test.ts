import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/config.js';
import { chainTraffic, totalTraffic } from '../../../src/engine/plan/chain-traffic.js';
import { tableLayers } from './table-layers.js';

describe.skipIf(!existsSync('../shared/networks/networks.json'))('chainTraffic (needs ../shared/networks)', () => {
  const engine = Engine.parse('P=7,G=3,M=32,D=4,XD=1184,WD=1024');

  it('has at most 384 KiB on the chip', () => expect(engine.memories.total).toBeLessThanOrEqual(384 * 1024));

  it.each([
    ['AlexNet', 3.0, 397],
    ['VGG16', 60, 17.6],
    ['ResNet50', 50, 69],
  ])('%s: at most %d MB a frame, and a bound above %d fps at 400 MHz', (network, megabytes, fps) => {
    const rows = chainTraffic(engine, tableLayers(network, true));
    expect(totalTraffic(rows) / 1e6).toBeLessThanOrEqual(megabytes);
    const cycles = rows.reduce((sum, { bound }) => sum + bound.cycles, 0);
    expect(400e6 / cycles).toBeGreaterThan(fps);
    // Nothing is faster than its multiply-accumulates on 672 PEs.
    for (const { bound } of rows) expect(bound.cycles).toBeGreaterThanOrEqual(bound.steps);
  });
});
