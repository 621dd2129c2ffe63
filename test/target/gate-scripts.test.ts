/** Scripts for Yosys and OpenSTA: what they say, and what is read from reports. That they run: test/nightly/gate-level.test.ts. */
import { describe, expect, it } from 'vitest';
import { gateFigures, gateScripts, gatePaths, openLibraries } from '../../src/target/gate-scripts.js';
import { sampleDesign } from './designs.js';

const area = `=== digits_top ===

   Number of wires:               9301
   Number of cells:               9211
     AND2_X1                       422

   Chip area for module '\\digits_top': 49921.816000
`;
const power = (total: string): string => `Group                    Internal    Switching      Leakage        Total
Sequential           2.134823e-02 9.640866e-04 3.954758e-04 2.270779e-02  58.1%
Total                3.316170e-02 4.944942e-03 1.007923e-03 ${total} 100.0%
`;
const timing = `Startpoint: m_axis_tready (input port clocked by outside)
Endpoint: _51814_ (rising edge-triggered flip-flop clocked by aclk)
           1.210   slack (MET)
Startpoint: _51879_ (rising edge-triggered flip-flop clocked by aclk)
Endpoint: m_axis_tvalid (output port clocked by outside)
           1.390   slack (MET)
Startpoint: _55186_ (rising edge-triggered flip-flop clocked by aclk)
Endpoint: _50548_ (rising edge-triggered flip-flop clocked by aclk)
           1.500   slack (MET)
Power, no activity given
${power('1.0e-02')}Power, activity of x
${power('4.103386e-02')}`;

describe.each(Object.values(openLibraries))('scripts for $name', (library) => {
  const files = gateScripts(sampleDesign, library, 'rtl_asic');
  const paths = gatePaths(library);
  it('know every path below the build, and no other', () => {
    expect([...files.keys()]).toEqual([paths.synthesis, paths.timing, paths.constraints, paths.surroundings]);
    for (const text of files.values()) expect(text).not.toMatch(/(?:^|\s)\//m);
  });
  it('map, then write what OpenSTA and the simulation read', () => {
    const lines = files.get(paths.synthesis)!.split('\n');
    const at = (start: string): number => lines.findIndex((line) => line.startsWith(start));
    const order = [
      'read_liberty',
      'read_verilog',
      'hierarchy',
      'synth',
      'dfflibmap',
      'abc',
      'hilomap',
      'splitnets',
      'rename',
    ];
    const found = [...order, 'tee', 'write_verilog', 'write_json'].map(at);
    expect(Math.min(...found)).toBeGreaterThan(-1);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(lines[at('read_verilog')]).toContain(' rtl_asic/fifo.sv rtl_asic/digits.sv rtl_asic/digits_top.v');
    expect(lines[at('abc')]).toContain('-D 6666');
  });
  it('set activities behind the first power report, which would replace them', () => {
    const text = files.get(paths.timing)!;
    expect(text.indexOf('report_power')).toBeLessThan(text.indexOf(`source ${paths.activity}`));
    expect(text.lastIndexOf('report_power')).toBeGreaterThan(text.indexOf(`source ${paths.activity}`));
  });
});

describe('reports', () => {
  it('are read: the last power counts', () => {
    expect(gateFigures(area, timing)).toEqual({
      ...{
        squareMicrometres: 49921.816,
        cells: 9211,
        slackNs: 1.21,
        insideSlackNs: 1.5,
        from: 'm_axis_tready',
        to: '_51814_',
      },
      power: [3.31617e-2, 4.944942e-3, 1.007923e-3, 4.103386e-2],
    });
  });
  it.each([
    ['Error: netlist.v, line 3 syntax error', 'OpenSTA: Error: netlist.v'],
    ['Warning: a.sdc line 3, port x not found', 'OpenSTA: Warning: a.sdc'],
  ])('with %s are refused', (line, message) => {
    expect(() => gateFigures(area, `${timing}${line}\n`)).toThrow(message);
  });
  it('that are cut off are refused', () => {
    expect(() => gateFigures('', timing)).toThrow('no area in the report');
    expect(() => gateFigures(area, timing.slice(0, 600))).toThrow('no power in the report');
    expect(() => gateFigures(area, timing.replaceAll('flip-flop', 'latch'))).toThrow('no path between registers');
  });
});
