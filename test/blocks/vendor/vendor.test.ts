/**
 * Vendor primitives: the wrappers equal their portable twins cycle by cycle in both simulators, and the models in
 * TypeScript equal the stand-ins under sim/ in Verilator.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MultiplyAdd } from '../../../src/blocks/arith/multiply-add.js';
import { RegisteredRam } from '../../../src/blocks/memory/registered-ram.js';
import { BlockRam, Dsp48e2, DspMultiplyAdd } from '../../../src/blocks/vendor/index.js';
import { type Design, externalModules } from '../../../src/circuit/index.js';
import { designSpec } from '../../../src/cosim/design-participants.js';
import { type Participant, verilatorParticipant } from '../../../src/cosim/participant.js';
import { runRandomLockstep } from '../../../src/cosim/random-lockstep.js';
import { buildModel, type TextFile } from '../../../src/cosim/verilator-build.js';
import {
  bool,
  buildDesign,
  defineModule,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  uint,
  type UInt,
} from '../../../src/hdl/index.js';
import { createInterpreter, createSimulation } from '../../../src/simulator/index.js';
import { emitDesign } from '../../../src/verilog/index.js';
import { haveTools, lint } from '../../verilog/tools.js';

type Params = Readonly<Record<string, number>>;

/** The text of a design with the stand-ins of its external modules. */
function textOf(design: Design): readonly TextFile[] {
  const stubs = externalModules(design).flatMap(({ source }) => source ?? []);
  const read = (name: string): string => readFileSync(new URL(`../../../sim/${name}`, import.meta.url), 'utf8');
  return [...stubs.map((name) => ({ name, text: read(name) })), ...emitDesign(design)];
}

const both = (name: string, design: Design, params: Params): Participant[] => [
  { name: `${name} interpreted`, compare: 'exact', create: () => createInterpreter(design, { params }) },
  { name: `${name} compiled`, compare: 'exact', create: () => createSimulation(design, { params }) },
];

const check = (participants: readonly Participant[], cycles = 400): void => {
  for (const seed of [1n, 2n, 3n]) expect(runRandomLockstep({ participants, seed, cycles })).toBeUndefined();
};

async function withVerilator(name: string, design: Design, params: Params): Promise<Participant[]> {
  const build = await buildModel(designSpec({ design, params, text: textOf(design) }));
  return [...both(name, design, params), verilatorParticipant(build)];
}

const [blockRam, multiplyAdd] = [buildDesign(BlockRam), buildDesign(DspMultiplyAdd)];
const ramSizes = [
  { W: 8, DEPTH: 16, ADDR_W: 4 },
  { W: 40, DEPTH: 2, ADDR_W: 1 },
  { W: 70, DEPTH: 32, ADDR_W: 5 },
];
const factorWidths = [
  { A_W: 27, B_W: 18, C_W: 48 },
  { A_W: 1, B_W: 1, C_W: 1 },
  { A_W: 8, B_W: 13, C_W: 33 },
];

describe('block_ram in xpm_memory_sdpram', () => {
  it.each([...ramSizes, { W: 5, DEPTH: 12, ADDR_W: 4 }])('equals registered_ram at %o', ({ W, DEPTH, ADDR_W }) => {
    const twin = both('registered_ram', buildDesign(RegisteredRam), { W, DEPTH });
    check([...twin, ...both('block_ram', blockRam, { W, DEPTH, ADDR_W })]);
  });
  it.runIf(haveTools('verilator'))(
    'has a model that equals the stand-in in Verilator',
    async () => {
      for (const params of ramSizes.slice(0, 1)) check(await withVerilator('block_ram', blockRam, params), 2000);
    },
    120_000,
  );
  it('keeps its words in snapshots', () => {
    const sim = createSimulation(blockRam);
    const poke = (values: Readonly<Record<string, number>>): void => {
      for (const [name, value] of Object.entries(values)) sim.poke(name, value);
      sim.tick();
    };
    poke({ wr_en: 1, wr_addr: 5, wr_data: 77, rd_en: 0 });
    const kept = sim.snapshot();
    poke({ wr_data: 99 });
    sim.restore(kept);
    poke({ wr_en: 0, rd_en: 1, rd_addr: 5 });
    sim.settle();
    expect(sim.peek('rd_data')).toBe(77n);
  });
});

describe('dsp_multiply_add in a DSP48E2', () => {
  it.each(factorWidths)('equals multiply_add at %o', (params) => {
    const twin = both('multiply_add', buildDesign(MultiplyAdd), params);
    check([...twin, ...both('dsp_multiply_add', multiplyAdd, params)]);
  });
});

/** OPMODEs of the modelled subset: W, Z, Y, X. */
const opmodes = [
  ...[0b00_000_01_01, 0b00_011_01_01, 0b00_010_01_01, 0b11_010_01_01, 0b01_011_01_01, 0b00_011_11_10],
  ...[0b00_010_11_11, 0b01_000_00_11, 0b11_011_11_10, 0b00_000_00_00],
];

/** All of a DSP48E2 that is modelled, with OPMODE chosen by number. */
const Probe = defineModule({
  name: 'dsp_probe',
  doc: 'one DSP48E2, OPMODE and ALUMODE by number',
  params: { IN_REG: natParam({ default: 1, min: 0, max: 1 }), M_REG: natParam({ default: 1, min: 0, max: 1 }) },
  requires: (params) => Object.values(params).map((param) => requirement(natGe(1, param), 'a register or none')),
  ports: () => ({
    a: input(uint(30)),
    b: input(uint(18)),
    c: input(uint(48)),
    mode: input(uint(4)),
    alu: input(uint(2)),
    carryin: input(bool()),
    enables: input(uint(5)),
    rstp: input(bool()),
    p: output(uint(48)),
  }),
  body(b, io, { IN_REG, M_REG }) {
    const numbers = opmodes.map((value) => b.constant(uint(9), value));
    const [first, ...rest] = numbers as [Sig<UInt>, ...Sig<UInt>[]];
    const opmode = rest.reduce((other, value, k) => io.mode.eq(k + 1).mux(value, other), first);
    b.instance(
      'dsp',
      Dsp48e2,
      { AREG: IN_REG, ACASCREG: IN_REG, BREG: IN_REG, BCASCREG: IN_REG, CREG: IN_REG, MREG: M_REG },
      {
        ...{ a: io.a, b: io.b, c: io.c, opmode: b.let('opmode', opmode), alumode: io.alu.extend(4), inmode: 0 },
        ...{ cea2: io.enables.bit(0), ceb2: io.enables.bit(1), cec: io.enables.bit(2), cem: io.enables.bit(3) },
        ...{ cep: io.enables.bit(4), carryin: io.carryin, rstp: io.rstp, p: io.p },
      },
    );
  },
});

describe.runIf(haveTools('verilator'))('the model of the DSP48E2', () => {
  const design = buildDesign(Probe);
  it.each([
    { IN_REG: 1, M_REG: 1 },
    { IN_REG: 0, M_REG: 0 },
  ])(
    'equals the stand-in in Verilator at %o',
    async (params) => {
      check(await withVerilator('dsp_probe', design, params), 3000);
    },
    120_000,
  );
  it('says what it does not model', () => {
    const model = createInterpreter(design).circuit.blackBoxes[0]?.behaviour({});
    expect(() => model?.clock?.({ opmode: 0b00_001_01_01n })).toThrow('OPMODE 10101 is outside of the modelled subset');
    expect(() => model?.clock?.({ alumode: 4n })).toThrow('ALUMODE 100');
    expect(() => model?.clock?.({ inmode: 1n })).toThrow('INMODE 1');
  });
});

describe.runIf(haveTools('verilator', 'yosys', 'iverilog'))('the text of the wrappers', () => {
  it.each([
    ['block_ram', blockRam, ramSizes],
    ['dsp_multiply_add', multiplyAdd, factorWidths],
  ] as const)(
    '%s is clean beside the stand-in',
    async (_name, design, sets) => {
      expect(await lint(textOf(design), design.top, [{}, ...sets])).toBe('');
    },
    120_000,
  );
  it.each([
    [
      'registered_ram',
      buildDesign(RegisteredRam),
      [
        { W: 1, DEPTH: 2 },
        { W: 9, DEPTH: 12 },
      ],
    ],
    ['multiply_add', buildDesign(MultiplyAdd), factorWidths],
  ] as const)(
    '%s is clean',
    async (_name, design, sets) => {
      expect(await lint(textOf(design), design.top, [{}, ...sets])).toBe('');
    },
    120_000,
  );
});
