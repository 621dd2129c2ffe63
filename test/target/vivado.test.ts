import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { type Board, boardNames, findBoard } from '../../src/target/boards.js';
import type { TargetDesign } from '../../src/target/design.js';
import { vivadoFiles, type VivadoOptions } from '../../src/target/vivado.js';
import { sampleDesign } from './designs.js';
import { orderProblem, positions, record, type RecordOptions, writeTree } from './recorder.js';
import { vivado } from './vendor-commands.js';

const board = (name: string): Board => {
  const found = findBoard(name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** A build folder with what Vivado would have left of the steps before. */
function folder(on: Board, design: TargetDesign = sampleDesign, options: VivadoOptions = {}): string {
  const { name } = dirSync({ unsafeCleanup: true });
  writeTree(name, vivadoFiles(design, on, options));
  const runs = join(name, 'fpga/vivado/project/vivado');
  mkdirSync(join(runs, `${design.name}.runs/impl_1`), { recursive: true });
  writeFileSync(join(runs, `${design.name}.runs/impl_1/system_wrapper.bit`), 'bit');
  mkdirSync(join(runs, `${design.name}.gen/sources_1/bd/system/hw_handoff`), { recursive: true });
  writeFileSync(join(runs, `${design.name}.gen/sources_1/bd/system/hw_handoff/system.hwh`), 'hwh');
  writeFileSync(join(name, `fpga/vivado/project/${design.name}.bit`), 'bit');
  return name;
}

const run = (root: string, script: string, options?: RecordOptions) =>
  record(join(root, 'fpga/vivado', script), vivado, options);

const withVivado = boardNames().filter((name) => board(name).flow === 'vivado');

describe('scripts for Vivado', () => {
  it.each(withVivado)('%s: every script runs to its end', async (name) => {
    const root = folder(board(name));
    for (const script of ['ooc.tcl', 'package_ip.tcl', 'project.tcl', 'program.tcl']) {
      const properties = { PART: (board(name).part.split('-')[0] ?? '').slice(0, 7) };
      const { exitCode, stderr } = await run(root, script, { properties });
      expect({ script, exitCode, stderr }).toEqual({ script, exitCode: 0, stderr: '' });
    }
  });

  it('out of context: files in order, constraints in front of synthesis, reports behind routing', async () => {
    const { calls, stdout } = await run(folder(board('pynq-z2')), 'ooc.tcl');
    const sources = positions(calls, 'read_verilog').map((index) => calls[index]?.args.at(-1)?.split('/').at(-1));
    expect(sources).toEqual(sampleDesign.sources);
    expect(
      orderProblem(calls, [
        'create_project -in_memory xc7z020clg400-1',
        'read_verilog -sv fifo.sv',
        'read_mem dense_0_weights.mem',
        'read_xdc out_of_context',
        'synth_design digits_top out_of_context',
        'opt_design',
        'place_design',
        'route_design',
        'write_checkpoint routed.dcp',
        'report_timing_summary',
        'check_timing',
      ]),
    ).toBeUndefined();
    expect(JSON.parse(stdout.slice(stdout.indexOf('{'))) as unknown).toEqual({
      ...{ period_ns: 6.666, wns_ns: 0.25, whs_ns: 0.25, fmax_mhz: 155.9 },
    });
  });

  it.each(['ooc.tcl', 'project.tcl'])('%s: negative slack ends with 1', async (script) => {
    const { exitCode, stdout } = await run(folder(board('pynq-z2')), script, { properties: { SLACK: '-0.100' } });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('"wns_ns": -0.100');
  });

  it('a platform that misses timing says so in its name', async () => {
    const { calls } = await run(folder(board('zcu104')), 'project.tcl', { properties: { SLACK: '-0.100' } });
    expect(positions(calls, 'write_hw_platform digits_bad_timing.xsa')).toHaveLength(1);
  });

  it('a run that stopped on its way ends with 1 and tells where', async () => {
    const stopped = { properties: { PROGRESS: '40%', STATUS: 'synth_design ERROR' } };
    const { exitCode, stderr, calls } = await run(folder(board('pynq-z2')), 'project.tcl', stopped);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('synth_1 ended with synth_design ERROR');
    expect(positions(calls, 'launch_runs impl_1')).toHaveLength(0);
  });

  it.each(['pynq-z2', 'zcu104', 'arty-a7-100'])('%s: the order of a block design', async (name) => {
    const { calls } = await run(folder(board(name)), 'project.tcl');
    expect(
      orderProblem(calls, [
        'create_project -force',
        'set_property board_part',
        'set_property ip_repo_paths',
        'update_ip_catalog -rebuild',
        'create_bd_design system',
        'create_bd_cell heddle.dev:accelerators:digits:',
        'create_bd_cell proc_sys_reset',
        'connect_bd_intf_net dma_0/M_AXIS_MM2S accelerator/s_axis',
        'connect_bd_intf_net accelerator/m_axis dma_0/S_AXIS_S2MM',
        'connect_bd_intf_net accelerator/s_axi',
        'assign_bd_address -offset',
        'validate_bd_design',
        'save_bd_design',
        'set_property SYNTH_CHECKPOINT_MODE',
        'generate_target all',
        'make_wrapper -top',
        'set_property top system_wrapper',
        'launch_runs synth_1',
        'wait_on_run synth_1',
        'launch_runs impl_1 -to_step write_bitstream',
        'wait_on_run impl_1',
        'open_run impl_1',
        'report_timing_summary',
        'write_hw_platform -include_bit',
        'validate_hw_platform',
      ]),
    ).toBeUndefined();
  });

  it('the system of a Zynq: DMA lengths of 26 bits, no version of an IP written down, registers in 64 KiB steps', async () => {
    const { calls } = await run(folder(board('pynq-z2')), 'project.tcl');
    expect(positions(calls, 'set_property -dict c_sg_length_width 26')).toHaveLength(2);
    const bases = positions(calls, 'assign_bd_address -offset').map((index) => calls[index]?.args[1]);
    expect(bases).toEqual(['0x40000000', '0x40010000', '0x40020000']);
    // The reset block's own inputs stay open: one of them is active high and would hold everything in reset.
    expect(positions(calls, 'connect_bd_net resets/peripheral_aresetn aux_reset_in')).toHaveLength(0);
    expect(positions(calls, 'connect_bd_net ram_blocks')).toHaveLength(0);
    expect(positions(calls, 'connect_bd_net resets/peripheral_aresetn axi_resetn')).toHaveLength(1);
  });

  it('the memory side of a DMA is as wide as its stream: one beat behind the other is aligned', async () => {
    const design = {
      ...sampleDesign,
      streamsIn: [{ prefix: 's_axis', bits: 8 }],
      streamsOut: [{ prefix: 'm_axis', bits: 128 }],
    };
    const { calls } = await run(folder(board('zcu104'), design), 'project.tcl');
    const word = (option: string) => calls.flatMap(({ args }) => args).find((arg) => arg.includes(`CONFIG.${option} `));
    expect(word('c_m_axi_mm2s_data_width')).toContain('c_m_axi_mm2s_data_width 32 CONFIG.c_m_axis_mm2s_tdata_width 8');
    expect(word('c_m_axi_mm2s_data_width')).toContain('c_include_mm2s_dre 1');
    expect(word('c_m_axi_s2mm_data_width')).toContain('c_m_axi_s2mm_data_width 128 CONFIG.c_include_s2mm_dre 0');
  });

  it('a stream that no DMA has ends the run before anything is synthesized', async () => {
    const design = { ...sampleDesign, streamsIn: [{ prefix: 's_axis', bits: 3136 }] };
    const { calls, exitCode, stderr } = await run(folder(board('pynq-z2'), design), 'project.tcl');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('s_axis has 3136 bits, a DMA 8, 16, 32 .. 1024: build again with such a --port-bits');
    expect(positions(calls, 'launch_runs')).toHaveLength(0);
  });

  it.each([
    ['no', 'ip', 'xilinx.com:ip:xlconcat:7.1'],
    ['yes', 'inline_hdl', 'xilinx.com:inline_hdl:ilconcat:7.1'],
  ])('interrupts are joined by what the release has (cells in line: %s)', async (inline, type, vlnv) => {
    const { calls, exitCode } = await run(folder(board('pynq-z2')), 'project.tcl', { properties: { INLINE: inline } });
    expect(exitCode).toBe(0);
    expect(calls.find(({ args }) => args.at(-1) === 'irqs')?.args).toEqual(['-type', type, '-vlnv', vlnv, 'irqs']);
  });

  it('without a processor: block RAM at a known address, in reset until the clock is stable', async () => {
    const { calls } = await run(folder(board('arty-a7-100')), 'project.tcl');
    expect(positions(calls, 'assign_bd_address 0xC0000000 64K ram/S_AXI/Reg')).toHaveLength(1);
    expect(positions(calls, 'connect_bd_net board_resetn resets/ext_reset_in')).toHaveLength(1);
    expect(positions(calls, 'connect_bd_net clocks/locked resets/dcm_locked')).toHaveLength(1);
    expect(positions(calls, 'set_property CONFIG.C_EXT_RESET_HIGH 0')).toHaveLength(1);
  });

  it('packets of several transfers: DMAs read descriptors over a port of their own', async () => {
    const { calls, exitCode } = await run(
      folder(board('pynq-z2'), { ...sampleDesign, scatterGather: true }),
      'project.tcl',
    );
    expect(exitCode).toBe(0);
    expect(positions(calls, 'set_property -dict c_include_sg 1')).toHaveLength(2);
    for (const dma of [0, 1]) expect(positions(calls, `connect_bd_intf_net dma_${dma}/M_AXI_SG`)).toHaveLength(1);
    const plain = await run(folder(board('pynq-z2')), 'project.tcl');
    expect(positions(plain.calls, 'connect_bd_intf_net M_AXI_SG')).toHaveLength(0);
  });

  it('masters of the accelerator are dealt out over the memory ports, without any DMA', async () => {
    const masters = ['m_axi_wgt', 'm_axi_ifm', 'm_axi_ofm'].map((prefix) => ({ prefix, bits: 128 }));
    const mapped = { ...sampleDesign, streamsIn: [], streamsOut: [], masters, interrupts: ['irq'] };
    const { calls, exitCode, stderr } = await run(folder(board('pynq-z2'), mapped), 'project.tcl');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(positions(calls, 'create_bd_cell axi_dma')).toEqual([]);
    masters.forEach(({ prefix }, k) => {
      expect(positions(calls, `connect_bd_intf_net accelerator/${prefix} memory_${k}/S00_AXI`)).toHaveLength(1);
      expect(positions(calls, `connect_bd_intf_net memory_${k}/M00_AXI ps/S_AXI_HP${k}`)).toHaveLength(1);
    });
    expect(positions(calls, 'connect_bd_net accelerator/irq irqs/In0')).toHaveLength(1);
    expect(positions(calls, 'assign_bd_address 0x40000000 64K accelerator/s_axi')).toHaveLength(1);
  });

  it('UltraScale+: HP ports 0 .. 3 are general ports 2 .. 5', async () => {
    const { calls } = await run(folder(board('kv260')), 'project.tcl');
    // Three masters want three of the four.
    for (const port of [2, 3, 4, 5]) {
      expect(positions(calls, `set_property -dict CONFIG.PSU__USE__S_AXI_GP${port} DATA_WIDTH`)).toHaveLength(
        port < 5 ? 1 : 0,
      );
    }
    const uses = [0, 1, 2].map(
      (port) => calls.find(({ args }) => args[0] === `CONFIG.PSU__USE__M_AXI_GP${port}`)?.args[1],
    );
    expect(uses).toEqual(['1', '0', '0']);
    expect(positions(calls, 'set_property board_connections som240_1_connector')).toHaveLength(1);
  });

  it('a logic analyser goes in between synthesis and implementation', async () => {
    const root = folder(board('pynq-z2'), sampleDesign, { probes: ['s_axis_tvalid', 's_axis_tdata'] });
    const { calls, exitCode } = await run(root, 'project.tcl');
    expect(exitCode).toBe(0);
    expect(
      orderProblem(calls, [
        'wait_on_run synth_1',
        'set_property target_constrs_file',
        'open_run synth_1',
        'create_debug_core ila',
        'create_debug_port probe',
        'save_constraints',
        'launch_runs impl_1',
        'write_debug_probes digits.ltx',
      ]),
    ).toBeUndefined();
  });

  it('registers reach the IP, field by field', async () => {
    const registers = [
      {
        name: 'CTRL',
        offset: 0,
        description: 'start, done, idle',
        fields: [{ name: 'AP_START', low: 0, bits: 1, access: 'read-write' as const }],
      },
    ];
    const { calls } = await run(folder(board('pynq-z2'), { ...sampleDesign, registers }), 'package_ip.tcl');
    expect(
      orderProblem(calls, [
        'ipx::package_project -import_files',
        'ipx::associate_bus_interfaces s_axi aclk',
        'ipx::add_register CTRL',
        'ipx::add_field AP_START',
        'ipx::update_checksums',
        'ipx::check_integrity',
        'ipx::save_core',
      ]),
    ).toBeUndefined();
  });

  it.each(['pynq-z2', 'zcu104', 'arty-a7-100'])('golden settings of %s', async (name) => {
    const files = vivadoFiles(sampleDesign, board(name));
    await expect(files.get('fpga/vivado/settings.tcl')).toMatchFileSnapshot(`golden/vivado_${name}.tcl`);
  });

  it('the recorder sees a wrong command, a wrong option, and a name that nobody set', async () => {
    for (const [wrong, message] of [
      ['rout_design', 'invalid command name'],
      ['synth_design -topp x', 'no option -topp'],
      ['puts $clk_output', "can't read"],
      ['wait_on_run', '0 arguments'],
    ] as const) {
      const root = folder(board('pynq-z2'));
      writeFileSync(join(root, 'fpga/vivado/wrong.tcl'), `${wrong}\n`);
      const { exitCode, stderr } = await run(root, 'wrong.tcl');
      expect(exitCode).toBe(1);
      expect(stderr).toContain(message);
    }
  });
});
