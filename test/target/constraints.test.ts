import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { designSdc, oocXdc } from '../../src/target/constraints.js';
import { periodNs } from '../../src/target/design.js';
import { sampleDesign } from './designs.js';

/** A library of one buffer, made for this test. */
const liberty = `library (one) {
  time_unit : "1ns"; capacitive_load_unit (1, pf); voltage_unit : "1V"; current_unit : "1mA";
  leakage_power_unit : "1nW"; pulling_resistance_unit : "1kohm"; delay_model : table_lookup;
  nom_voltage : 1.0; nom_temperature : 25; nom_process : 1;
  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50; output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;
  slew_lower_threshold_pct_rise : 20; slew_upper_threshold_pct_rise : 80; slew_lower_threshold_pct_fall : 20;
  slew_upper_threshold_pct_fall : 80; slew_derate_from_library : 1.0;
  cell (BUFX4) {
    area : 1;
    pin (A) { direction : input; capacitance : 0.001; }
    pin (Y) { direction : output; function : "A";
      timing () { related_pin : "A"; timing_sense : positive_unate;
        cell_rise (scalar) { values ("0.05"); } cell_fall (scalar) { values ("0.05"); }
        rise_transition (scalar) { values ("0.02"); } fall_transition (scalar) { values ("0.02"); } } }
  }
}
`;

/** The sample's ports with one buffer between a first bit of input and of output. */
function netlist(): string {
  const { ports, top } = sampleDesign;
  const list = ports.map(({ name, direction, bits }) => `${direction} ${bits > 1 ? `[${bits - 1}:0] ` : ''}${name}`);
  return `module ${top} (${list.join(', ')});\n  BUFX4 b (.A(s_axis_tdata[63]), .Y(m_axis_tdata[0]));\nendmodule\n`;
}

function openSta(sdc: string): string {
  const { name } = dirSync({ unsafeCleanup: true });
  const files = { 'one.lib': liberty, 'top.v': netlist(), 'top.sdc': sdc };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(name, file), text);
  const script = `read_liberty one.lib\nread_verilog top.v\nlink_design ${sampleDesign.top}\nputs START\nread_sdc top.sdc\nreport_checks -path_delay max\n`;
  writeFileSync(join(name, 'run.tcl'), script);
  const text = execaSync('sta', ['-exit', 'run.tcl'], { cwd: name, all: true, reject: false }).all;
  return text.slice(text.indexOf('START'));
}

describe('constraints', () => {
  it('a period is never longer than asked for', () => {
    expect([100, 150, 300, 333, 0.5].map(periodNs)).toEqual(['10.000', '6.666', '3.333', '3.003', '2000.000']);
  });

  it('minimum delays are there, and the clock is no input', () => {
    const text = designSdc(sampleDesign);
    expect(text.match(/-period 6.666/g)).toHaveLength(2);
    for (const kind of ['input', 'output']) {
      for (const end of ['max', 'min']) expect(text).toContain(`set_${kind}_delay -${end}`);
    }
    expect(text).not.toMatch(/all_inputs|set inputs[^}]*aclk/);
  });

  it('OpenSTA reads them without a message and finds the constrained path', () => {
    const text = openSta(
      designSdc(sampleDesign, {
        ...{ driving: { cell: 'BUFX4', pin: 'Y' }, load: 0.02, uncertaintySetupNs: 0.1, uncertaintyHoldNs: 0.05 },
        ...{ maxTransitionNs: 0.5, maxFanout: 32 },
      }),
    );
    expect(text).not.toMatch(/^(Error|Warning)/m);
    // 6.666 - 0.1 of uncertainty - 2 x 40 % at the ports - the buffer.
    expect(text).toMatch(/1\.18 +slack \(MET\)/);
    expect(openSta(`${designSdc(sampleDesign)}set_load 1 [get_ports nothing]\n`)).toMatch(/^(Error|Warning)/m);
  });

  it('out of context there is a clock before its source is named', () => {
    const text = oocXdc(sampleDesign);
    expect(text.indexOf('create_clock')).toBeLessThan(text.indexOf('HD.CLK_SRC'));
  });
});
