/** AXI4 masters: circuit, cycle model and Verilator in lockstep before a memory with latencies, stalls, errors and flushes. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { AxiReadMaster, AxiWriteMaster } from '../../../src/blocks/axi/index.js';
import { AxiReadMasterModel, AxiWriteMasterModel, type MasterSizes } from '../../../src/blocks/axi/axi-master.model.js';
import { combinationalPaths } from '../../../src/cosim/paths.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { expectPortsAgree } from '../../engine/rtl/ports-bench.js';
import { MasterTraffic, runAlone, type Traffic } from './master-bench.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const designs = { read: buildDesign(AxiReadMaster), write: buildDesign(AxiWriteMaster) };
const modelOf = (kind: 'read' | 'write', sizes: MasterSizes) =>
  kind === 'read' ? new AxiReadMasterModel(sizes) : new AxiWriteMasterModel(sizes);

const sizes = (BYTES: number, BURST: number, OUTSTANDING: number, DEPTH: number): MasterSizes => ({
  ...{ ADDR_W: 32, LEN_W: 20, BYTES, BURST, OUTSTANDING, DEPTH },
});
const corners: readonly (readonly [MasterSizes, boolean])[] = [
  [sizes(8, 16, 4, 32), true],
  [sizes(4, 2, 1, 2), false],
  [sizes(32, 4, 3, 7), false],
];
const lengths = (random: { nextInt(n: number): number }): number =>
  random.nextInt(3) === 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(500);

async function agree(
  kind: 'read' | 'write',
  each: MasterSizes,
  verilator: boolean,
  changes: Partial<Traffic>,
  cycles: number,
) {
  const traffic = new MasterTraffic(
    { ...{ kind, sizes: each, pause: 0.3, latency: [1, 30], length: lengths }, ...changes },
    randomStream(seed, `memory ${kind} ${each.BYTES}`),
  );
  await expectPortsAgree({
    ...{ design: designs[kind], params: { ...each }, cycles, resets: changes.resets ?? [], verilator, seed },
    model: () => modelOf(kind, each),
    drive: (random, cycle, outputs) => traffic.drive(random, cycle, outputs),
  });
  traffic.finish();
  return traffic;
}

describe.each(['read', 'write'] as const)('AXI4 %s master', (kind) => {
  it.each(corners)(
    'agrees in all forms, moves every byte once, and keeps the protocol: %o',
    async (each, verilator) => {
      const traffic = await agree(kind, each, verilator, {}, 4000);
      expect(traffic.beats).toBeGreaterThan(300);
      expect(Math.max(...traffic.memory.bursts.map(({ beats }) => beats))).toBe(each.BURST);
      if (kind === 'write') expect(traffic.dones).toBeGreaterThan(0);
    },
  );

  it('gives up cleanly at any time: flushes, errors and resets in mid-stream', async () => {
    const traffic = await agree(
      ...([kind, corners[0]![0], true] as const),
      { flushes: 0.01, errors: 0.1, resets: [1201, ...Array.from({ length: 16 }, (_, k) => 3000 + 103 * k)] },
      5000,
    );
    expect(traffic.flushes).toBeGreaterThan(15);
    expect(traffic.failed).toBeGreaterThan(3);
    expect(traffic.beats).toBeGreaterThan(300);
  });

  it('moves a beat in every cycle, whatever the latency of memory, where the buffer is large enough', () => {
    for (const offset of [0, 3]) {
      const each = sizes(8, 16, 8, 128);
      const traffic = new MasterTraffic(
        { ...{ kind, sizes: each, pause: 0, latency: [40, 40] }, length: () => 9000, address: () => offset },
        randomStream(1n, 'rate'),
      );
      runAlone(modelOf(kind, each), traffic, randomStream(1n, 'rate'), 1100);
      // All beats of one transfer but the first burst's worth of them.
      const steady = traffic.moved.slice(200, 1000);
      expect(steady.at(-1)! - steady[0]!, `offset ${offset}`).toBe(799);
    }
  });

  it('has the combinational paths that it says', () => {
    const found = combinationalPaths(compile(elaborate(designs[kind], { params: { ...corners[0]![0] } })), {
      reset: 'aresetn',
    });
    const from = new Set([...found].map((path) => path.split(' -> ')[0]));
    expect(from).toEqual(new Set(['flush', 'cache', 'prot']));
  });
});

describe('the models alone', () => {
  it('write what they were given and nothing else', () => {
    for (let k = 0; k < 30; k++) {
      const each = sizes([2, 4, 8, 16, 32][k % 5]!, [2, 16, 64][k % 3]!, 1 + (k % 4), 64);
      const address = 4096 - 300 + 7 * k;
      let first = true;
      const traffic = new MasterTraffic(
        {
          ...{
            kind: 'write',
            sizes: each,
            pause: 0.2,
            latency: [1, 9],
            address: () => {
              const at = first ? address : 100_000;
              first = false;
              return at;
            },
          },
          length: () => 1 + 13 * k,
        },
        randomStream(seed, `alone ${k}`),
      );
      runAlone(new AxiWriteMasterModel(each), traffic, randomStream(seed, `drive ${k}`), 900);
      traffic.finish();
      const own = traffic.commands[0]!;
      const data = traffic.streamed.slice(0, own.bytes);
      expect(data).toEqual(data.map((_, i) => traffic.memory.bytes.get(own.addr + i)));
      const near = [...traffic.memory.bytes.keys()].filter((at) => at < 50_000);
      expect([Math.min(...near), Math.max(...near)]).toEqual([own.addr, own.addr + own.bytes - 1]);
    }
  });
});
