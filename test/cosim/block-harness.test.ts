import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { type BlockSpec, verifyBlock } from '../../src/cosim/block-harness.js';
import { clockPorts, designParticipants, designSpec, resetPorts } from '../../src/cosim/design-participants.js';
import { runRandomLockstep } from '../../src/cosim/random-lockstep.js';
import { readRegressions } from '../../src/cosim/regressions.js';
import {
  bool,
  buildDesign,
  bundle,
  defineModule,
  input,
  natParam,
  output,
  sink,
  source,
  uint,
} from '../../src/hdl/index.js';
import { registerSlice, sliceModel } from './fixtures.js';

/** The register slice in the kit, with the ports of the hand-written text; `broken` forgets to stop at a full queue. */
const slice = (broken = false) =>
  defineModule({
    name: 'register_slice',
    doc: 'two-entry register slice',
    params: { W: natParam({ default: 8, min: 1, doc: 'width' }) },
    ports: ({ W }) => {
      const payload = bundle({ tdata: uint(W), tlast: bool() });
      return { s_axis: sink(payload), m_axis: source(payload) };
    },
    body(b, { s_axis: s, m_axis: m }, { W }) {
      const r = b.regs({
        outValid: bool().reset(0),
        out: uint(W),
        outLast: bool(),
        holdValid: bool().reset(0),
        hold: uint(W),
        holdLast: bool(),
      });
      const advance = b.let('advance', m.ready.or(r.outValid.not()), 'the output register is free or being read');
      b.assign(s.ready, broken ? r.holdValid.not().or(m.ready) : r.holdValid.not());
      b.assign(m.valid, r.outValid);
      b.assign(m.data.tdata, r.out);
      b.assign(m.data.tlast, r.outLast);
      b.when(advance, () => {
        b.next(r.outValid, s.fire.or(r.holdValid));
        b.next(r.out, r.holdValid.mux(r.hold, s.data.tdata));
        b.next(r.outLast, r.holdValid.mux(r.holdLast, s.data.tlast));
        b.next(r.holdValid, 0);
      }).elseWhen(s.fire, () => {
        b.next(r.holdValid, 1);
        b.next(r.hold, s.data.tdata);
        b.next(r.holdLast, s.data.tlast);
      });
    },
  });

const wire = defineModule({
  name: 'wire_only',
  doc: 'combinational',
  params: {},
  ports: () => ({ a: input(uint(3)), y: output(uint(3)) }),
  body: (b, { a, y }) => b.assign(y, a),
});

const folder = mkdtempSync(join(tmpdir(), 'heddle-regressions-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function blockOf(width: number, broken = false): Promise<BlockSpec> {
  const bench = await designParticipants({
    design: buildDesign(slice(broken)),
    params: { W: width },
    model: () => sliceModel(width),
    text: broken ? undefined : [{ name: 'register_slice.sv', text: registerSlice }],
    scrambles: [1, 2],
  });
  return {
    ...bench,
    subject: 'register_slice',
    params: { W: width },
    inputs: (random, count) => ({
      s_axis: Array.from({ length: count }, (_, i) => ({
        tdata: random.nextBigInt(width),
        tlast: i % 3 === 2 ? 1n : 0n,
      })),
    }),
    reference: ({ s_axis = [] }) => ({ m_axis: s_axis }),
    capacity: 2,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
      fullRate: ['s_axis', 'm_axis'],
      capacity: { stream: 's_axis', beats: 2 },
      paths: [],
    },
    effort: { beats: 30 },
    regressions: folder,
    repeat: 'npm run -s heddle -- cosim register_slice',
  };
}

describe('the block harness', () => {
  it.each([1, 9, 70])('passes a good block at width %i', async (width) => {
    const report = verifyBlock(await blockOf(width));
    expect(report.failures).toEqual([]);
    expect(report.runs).toBe(145);
  });

  it('fails a broken block with small reports, which then repeat as regressions', async () => {
    const block = await blockOf(9, true);
    const { failures } = verifyBlock(block);
    expect(failures).toHaveLength(3);
    const entries = failures.map((text) => /json: (.*)$/m.exec(text)?.[1] ?? '');
    writeFileSync(join(folder, 'register_slice.json'), `[${entries.join(',')}]`);
    const [known] = readRegressions('register_slice', folder);
    expect(known?.beats).toBeLessThanOrEqual(4);
    expect(failures[0]).toMatch(/DIFFERENCE in cycle \d+: participants differ on s_axis_tready/);
    expect(failures[0]).toMatch(/repeat: npm run -s heddle -- cosim register_slice --seed \d+ --stall \w+/);
    const again = verifyBlock({ ...block, effort: { seeds: 0 } });
    expect(again.failures).toHaveLength(3);
    expect(verifyBlock({ ...(await blockOf(9)), effort: { seeds: 0 } }).failures).toEqual([]);
  });

  it('fails wrong claims', async () => {
    const block = await blockOf(9);
    const claims = {
      latency: { from: 's_axis', to: 'm_axis', cycles: 2 },
      capacity: { stream: 's_axis', beats: 3 },
      paths: ['m_axis_tready -> s_axis_tready'],
    };
    const effort = { stalls: [], seeds: 0 };
    const { failures } = verifyBlock({ ...block, claims, effort, participants: block.participants.slice(0, 1) });
    expect(failures).toEqual([
      'register_slice: simulator: latency from s_axis to m_axis is 1, claimed 2',
      'register_slice: simulator: capacity is 2, claimed 3',
      'register_slice: simulator: set of combinational paths is , claimed m_axis_tready -> s_axis_tready',
    ]);
  });

  it('compares everything under random inputs', async () => {
    const { participants } = await blockOf(40);
    const exact = participants.filter(({ compare }) => compare === 'exact');
    const spec = { seed: 3n, cycles: 2000, reset: 'aresetn' };
    expect(runRandomLockstep({ ...spec, participants: exact })).toBeUndefined();
    const broken = (await blockOf(40, true)).participants.slice(0, 1);
    expect(runRandomLockstep({ ...spec, participants: [...exact, ...broken] })).toMatchObject({ kind: 'difference' });
  });

  it('knows which ports the text has', () => {
    const design = buildDesign(slice());
    expect([clockPorts(design), resetPorts(design)]).toEqual([['aclk'], ['aresetn']]);
    expect(designSpec({ design, params: { W: 5 } }).ports.map(({ name, width }) => `${name}:${width}`)).toContain(
      's_axis_tdata:5',
    );
    const combinational = buildDesign(wire);
    expect([clockPorts(combinational), resetPorts(combinational)]).toEqual([[], []]);
  });

  it('refuses a regression file that is none', () => {
    writeFileSync(join(folder, 'wrong.json'), '[{ "seed": 7 }]');
    expect(() => readRegressions('wrong', folder)).toThrow(HeddleError);
    writeFileSync(join(folder, 'wrong.json'), 'x');
    expect(() => readRegressions('wrong', folder)).toThrow(/H5021/);
    expect(readRegressions('absent', folder)).toEqual([]);
  });
});
