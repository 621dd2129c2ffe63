/** Cells from Liberty text, a netlist of them simulated, counted and written as SAIF, Verilog and commands for OpenSTA. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { gateActivityTcl, gateSaif } from '../../../src/target/gates/activity.js';
import { evaluate, parseBoolean, pinsOf, toVerilog } from '../../../src/target/gates/boolean.js';
import { cellModels } from '../../../src/target/gates/cell-models.js';
import { readLiberty, withoutCells } from '../../../src/target/gates/liberty.js';
import { type NetBit, readNetlist } from '../../../src/target/gates/netlist.js';
import { GateSimulation } from '../../../src/target/gates/simulation.js';
import { tinyLibrary } from './library.js';

const library = readLiberty(tinyLibrary);

/** q[1:0] counts while `en` is 1; `same` compares q with `want`. Cells in no order. */
const nets = { aclk: [2], en: [3], want: [4, 5], q: [6, 7], wrong: [8] } as const;
type Cells = Readonly<Record<string, readonly [type: string, pins: Readonly<Record<string, NetBit>>]>>;
const counterCells: Cells = {
  _high_: ['XOR2_X1', { A: 7, B: 12, Z: 11 }],
  _q1_: ['DFF_X1', { CK: 2, D: 11, Q: 7 }],
  _q0_: ['DFF_X1', { CK: 2, D: 10, Q: 6, QN: 17 }],
  _low_: ['HA_X1', { A: 6, B: 3, S: 10, CO: 12 }],
  _d0_: ['XOR2_X1', { A: 6, B: 4, Z: 13 }],
  _d1_: ['XOR2_X1', { A: 7, B: 5, Z: 14 }],
  _n0_: ['NAND2_X1', { A1: 13, A2: '1', ZN: 15 }],
  _n1_: ['NAND2_X1', { A1: 14, A2: 16, ZN: 18 }],
  _tie_: ['TIE_X1', { Z: 16 }],
  _or_: ['NAND2_X1', { A1: 15, A2: 18, ZN: 8 }],
};

function netlistOf(cells: Cells) {
  const direction = (name: string): string => (['q', 'wrong'].includes(name) ? 'output' : 'input');
  const module = {
    ports: Object.fromEntries(Object.entries(nets).map(([name, bits]) => [name, { direction: direction(name), bits }])),
    cells: Object.fromEntries(
      Object.entries(cells).map(([name, [type, pins]]) => [
        name,
        { type, connections: Object.fromEntries(Object.entries(pins).map(([pin, bit]) => [pin, [bit]])) },
      ]),
    ),
    netnames: Object.fromEntries(
      [...Object.entries(nets), ['u_core.sum[1]', [11]], ['$abc$5', [12]] as const].map(([name, bits]) => [
        name as string,
        { hide_name: (name as string).startsWith('$') ? 1 : 0, bits },
      ]),
    ),
  };
  return readNetlist(JSON.stringify({ modules: { counter: module } }), 'counter');
}

const enables = [1, 1, 0, 1, 1, 1, 0, 1];

describe('boolean functions', () => {
  it.each([
    ['!(A & (B1 | B2))', '~(A & (B1 | B2))'],
    ["(S * B) + (A & S')", '((S & B) | (A & ~S))'],
    ['A ^ B & C | D', '((A ^ (B & C)) | D)'],
    ['!!A', '~~A'],
    ['1', "1'b1"],
  ])('%s', (text, verilog) => {
    expect(toVerilog(parseBoolean(text))).toBe(verilog);
  });
  it('are evaluated', () => {
    const f = parseBoolean('!(A & (B1 | B2)) ^ A');
    const pins = pinsOf(f);
    expect(pins).toEqual(['A', 'B1', 'B2']);
    for (let row = 0; row < 8; row++) {
      const [a, b1, b2] = [row & 1, (row >> 1) & 1, row >> 2];
      const want = (a & (b1 | b2) ? 0 : 1) ^ a;
      expect(evaluate(f, (pin) => ((row >> pins.indexOf(pin)) & 1) as 0 | 1)).toBe(want);
    }
  });
  it.each(['A B', 'A &', '(A', 'A)', '', 'A % B'])('%j is refused', (text) => {
    expect(() => parseBoolean(text)).toThrow('is no function of a cell');
  });
});

describe('a Liberty file', () => {
  it('gives corner, areas, functions and registers', () => {
    expect(library).toMatchObject({ name: 'tiny_typ', corner: 'typical', voltage: 1.1, celsius: 25 });
    expect([...library.cells].map(([name, { area }]) => `${name} ${area}`).join(', ')).toBe(
      'NAND2_X1 0.798, XOR2_X1 1.596, MUX2_X1 1.862, HA_X1 2.66, TIE_X1 0.2, DFF_X1 4.522, DFFR_X1 5.32, DLH_X1 2.66',
    );
    const stateful = [...library.cells.values()].filter(({ otherState }) => otherState);
    expect(stateful.map(({ name }) => name)).toEqual(['DFFR_X1', 'DLH_X1']);
  });
  it('that is cut off is refused', () => {
    expect(() => readLiberty(tinyLibrary.slice(0, -20))).toThrow('no whole Liberty file');
  });
  it('goes without cells', () => {
    const rest = readLiberty(withoutCells(tinyLibrary, /^DFF/));
    expect([...rest.cells.keys()]).toEqual(['NAND2_X1', 'XOR2_X1', 'MUX2_X1', 'HA_X1', 'TIE_X1', 'DLH_X1']);
  });
});

describe('a netlist of gates', () => {
  const simulation = new GateSimulation(netlistOf(counterCells), library);
  simulation.restartCounts();
  let count = 0;
  let [wrongHigh, wrongChanges, before] = [0, 0, -1];
  it('computes, and its nets are counted', () => {
    for (const [cycle, en] of enables.entries()) {
      simulation.poke('en', en);
      simulation.poke('want', cycle & 3);
      simulation.settle();
      const wrong = Number(count !== (cycle & 3));
      expect([simulation.peek('q'), simulation.peek('wrong')]).toEqual([BigInt(count), BigInt(wrong)]);
      wrongHigh += wrong;
      if (before >= 0 && wrong !== before) wrongChanges++;
      before = wrong;
      simulation.tick();
      count = (count + en) & 3;
    }
    expect(simulation.cycles).toBe(8);
    expect(simulation.countOf(8)).toEqual({ high: wrongHigh, toggles: wrongChanges });
    expect(simulation.countOf(3)).toEqual({ high: 6, toggles: 4 });
    expect(simulation.countOf(16)).toEqual({ high: 8, toggles: 0 });
  });
  it('has its SAIF', () => {
    const saif = gateSaif(netlistOf(counterCells), simulation, { clock: 'aclk', periodPs: 2500, origin: 'test' });
    expect(saif).toContain('(DURATION 20000)');
    expect(saif).toContain('(aclk (T0 10000) (T1 10000) (TX 0) (TC 16) (IG 0))');
    expect(saif).toContain('(en (T0 5000) (T1 15000) (TX 0) (TC 4) (IG 0))');
    expect(saif).toMatch(/\(want\\\[1\\\] \(T0 10000\) \(T1 10000\) \(TX 0\) \(TC 3\)/);
    expect(saif).toContain('(u_core\\.sum\\[1\\] (');
    for (const [, low, high] of saif.matchAll(/\(T0 (\d+)\) \(T1 (\d+)\)/g))
      expect(Number(low) + Number(high)).toBe(20000);
    expect(saif.split('(').length).toBe(saif.split(')').length);
  });
  it('has its activity for OpenSTA, the clock left out', () => {
    const lines = gateActivityTcl(netlistOf(counterCells), library, simulation, 'aclk').split('\n');
    expect(lines).toContain('input_activity 0.500000 0.750000 {en}');
    expect(lines).toContain('input_activity 0.375000 0.500000 {want[1]}');
    expect(lines.filter((line) => line.includes(' _tie_ '))).toEqual(['activity 0.000000 1.000000 _tie_ Z']);
    expect(lines.join('\n')).not.toMatch(/aclk|CK/);
  });
  it('with a loop, a second clock or a latch is refused', () => {
    const loop = { ...counterCells, _tie_: ['NAND2_X1', { A1: 18, A2: 18, ZN: 16 }] } as const;
    expect(() => new GateSimulation(netlistOf(loop), library)).toThrow('a loop');
    const clock = { ...counterCells, _q1_: ['DFF_X1', { CK: 3, D: 11, Q: 7 }] } as const;
    expect(() => new GateSimulation(netlistOf(clock), library)).toThrow('its clock is not aclk itself');
    const latch = { ...counterCells, _q1_: ['DLH_X1', { G: 2, D: 11, Q: 7 }] } as const;
    expect(() => new GateSimulation(netlistOf(latch), library)).toThrow('no model of DLH_X1');
  });
});

describe('models of cells', () => {
  it('are refused for states that they cannot have', () => {
    expect(() => cellModels(library, ['DFFR_X1'])).toThrow('no model of its state');
    expect(() => cellModels(library, ['NOR9'])).toThrow('has no cell NOR9');
  });
  it('do in Icarus what the functions say', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-cells-'));
    try {
      writeFileSync(
        join(folder, 'cells.v'),
        cellModels(library, ['NAND2_X1', 'XOR2_X1', 'MUX2_X1', 'TIE_X1', 'DFF_X1']),
      );
      const bench = `module bench; reg [3:0] v; wire n, x, m, t, q, qn; reg ck;
        NAND2_X1 a (.A1(v[0]), .A2(v[1]), .ZN(n)); XOR2_X1 b (.A(v[0]), .B(v[1]), .Z(x));
        MUX2_X1 c (.A(v[0]), .B(v[1]), .S(v[2]), .Z(m)); TIE_X1 d (.Z(t)); DFF_X1 e (.CK(ck), .D(v[0]), .Q(q), .QN(qn));
        initial for (v = 0; v < 8; v = v + 1) begin ck = 0; #1 ck = 1; #1 $display("%b%b%b%b%b%b", n, x, m, t, q, qn); end
      endmodule\n`;
      writeFileSync(join(folder, 'bench.v'), bench);
      await execa('iverilog', ['-g2012', '-Wall', '-Wno-timescale', '-o', 'a.vvp', 'cells.v', 'bench.v'], {
        cwd: folder,
      });
      const { stdout } = await execa('vvp', ['-N', 'a.vvp'], { cwd: folder });
      const want = Array.from({ length: 8 }, (_, v) => {
        const [a, b, s] = [v & 1, (v >> 1) & 1, v >> 2];
        return [a & b ? 0 : 1, a ^ b, s ? b : a, 1, a, 1 - a].join('');
      });
      expect(stdout.split('\n')).toEqual(want);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
