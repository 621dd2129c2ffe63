/** A register file of every kind of field: circuit, cycle model and Verilator in lockstep under random accesses. */
import { describe, expect, it } from 'vitest';
import { RegisterFileModel } from '../../../src/blocks/registers/register-file.model.js';
import {
  makeRegisterFile,
  registerProblems,
  type RegisterTable,
  registerWords,
} from '../../../src/blocks/registers/index.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { sampleRegisters } from '../../../src/blocks/registers/sample.js';
import { expectPortsAgree } from '../../engine/rtl/ports-bench.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

describe('register file', () => {
  it('agrees in all forms', async () => {
    const design = buildDesign(makeRegisterFile(sampleRegisters));
    const addresses = [...registerWords(sampleRegisters).map(({ offset }) => offset), 60, 124];
    const taken: Record<string, boolean> = {};
    const kept: Record<string, bigint> = {};
    const seen = await expectPortsAgree({
      ...{ design, params: { OUTSTANDING: 2 }, cycles: 4000, resets: [1500], verilator: true, seed },
      model: () => new RegisterFileModel(sampleRegisters),
      drive: (random, cycle, outputs) => {
        const lucky = (n: number): bigint => (random.nextInt(n) === 0 ? 1n : 0n);
        const reset = cycle === 0 || cycle === 1500;
        // A channel keeps what it offers until it is taken.
        for (const name of ['aw', 'w', 'ar']) {
          const moved = taken[name] === true && outputs[`s_axi_${name}ready`] === 1n;
          if (reset || moved || !taken[name]) {
            taken[name] = !reset && random.nextInt(3) > 0;
            const address = BigInt(addresses[random.nextInt(addresses.length)]!);
            if (name === 'w') {
              kept['s_axi_wdata'] = random.nextInt(3) === 0 ? 0xffffffffn : random.nextBigInt(32);
              kept['s_axi_wstrb'] = random.nextInt(2) === 0 ? 15n : random.nextBigInt(4);
            } else kept[`s_axi_${name}addr`] = address;
          }
          kept[`s_axi_${name}valid`] = taken[name] ? 1n : 0n;
        }
        return {
          ...kept,
          ...{ s_axi_awprot: 0n, s_axi_arprot: 0n, s_axi_bready: 1n - lucky(3), s_axi_rready: 1n - lucky(3) },
          ...{ status_level: random.nextBigInt(5), status_high: lucky(2), window: random.nextBigInt(96) },
          ...{
            ctrl_start_clear: lucky(8),
            ctrl_done_set: lucky(8),
            events_first_set: lucky(8),
            events_other_set: lucky(8),
          },
          ...{ count_cycles: 1n, count_beats: lucky(2) },
        };
      },
    });
    for (const port of ['ctrl_start', 'ctrl_done', 'events_first', 'events_other', 'command_snapshot'])
      expect(new Set(seen.map((outputs) => outputs[port])).size, port).toBe(2);
    const words = new Set(seen.map((outputs) => outputs['s_axi_rdata']));
    expect(words.size).toBeGreaterThan(100);
  });
});

describe('a table', () => {
  const problems = (change: Partial<RegisterTable>) => registerProblems({ ...sampleRegisters, ...change });
  const register = (fields: RegisterTable['registers'][number]['fields'], offset = 0) => [
    { name: 'X', offset, doc: 'x', fields },
  ];
  it('is checked', () => {
    expect(problems({})).toEqual([]);
    const field = { name: 'A', low: 0, width: 4, access: 'rw', doc: 'a' } as const;
    const noCounters = { counters: { ...sampleRegisters.counters, list: [] } };
    expect(problems({ ...noCounters, registers: register([field, { ...field, name: 'B', low: 3 }]) })).toContain(
      'X: B: bit 3 is taken',
    );
    expect(problems({ registers: register([{ ...field, reset: 16 }], 2) })).toEqual(
      expect.arrayContaining(['X: no address 2', 'X: A: a reset value of more bits', 'counters: snapshot is no pulse']),
    );
    expect(problems({ registers: register([{ ...field, access: 'w1c' }]) })).toContain('X: A: is one bit, 0 at first');
  });
});
