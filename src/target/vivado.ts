/** What Vivado needs of a design: the scripts of `fpga/vivado`, the values they read, and constraints. */
import type { IpRegister } from '../blocks/registers/index.js';
import type { Board } from './boards.js';
import { oocXdc } from './constraints.js';
import type { TargetDesign } from './design.js';
import { scriptsBelow } from './scripts.js';
import { type TclItem, tclSettings } from './tcl.js';

export interface VivadoOptions {
  /** Nets for a logic analyser in the chip: ports of the accelerator, or paths below it that carry `mark_debug`. */
  readonly probes?: readonly string[];
  /** Samples that the analyser keeps, a power of two of at least 1024. */
  readonly probeDepth?: number;
}

const vendor = 'heddle.dev';

/** Files by path below the directory of a build: `fpga/vivado/*.tcl` and `constraints/*.xdc`. */
export function vivadoFiles(
  design: TargetDesign,
  board: Board,
  options: VivadoOptions = {},
): ReadonlyMap<string, string> {
  const files = new Map(scriptsBelow('fpga/vivado'));
  files.set('fpga/vivado/settings.tcl', vivadoSettings(design, board, options));
  files.set('constraints/ooc.xdc', oocXdc(design));
  const pins = pinsXdc(board);
  if (pins !== undefined) files.set(`constraints/${board.name}.xdc`, pins);
  return files;
}

/** `settings.tcl`: every value that differs from design to design or from board to board. */
export function vivadoSettings(design: TargetDesign, board: Board, options: VivadoOptions = {}): string {
  const { probes = [], probeDepth = 4096 } = options;
  const { processor } = board;
  const stream = ({ prefix, bits }: { readonly prefix: string; readonly bits: number }): TclItem => [prefix, bits];
  const registerItem = ({ name, offset, description, fields }: IpRegister): TclItem => [
    name,
    `0x${offset.toString(16).toUpperCase().padStart(2, '0')}`,
    description,
    fields.map((field) => [field.name, field.low, field.bits, field.access]),
  ];
  const values: (readonly [string, TclItem])[] = [
    ['name', design.name],
    ['title', design.title],
    ['top', design.top],
    ['rtl_files', design.sources],
    ['image_files', design.images],
    ['clock_mhz', design.clockMhz],
    ['ip_vendor', vendor],
    ['ip_library', 'accelerators'],
    ['ip_version', design.version],
    ['ip_revision', 1],
    ['streams_in', design.streamsIn.map(stream)],
    ['streams_out', design.streamsOut.map(stream)],
    ['controls', design.controls.map(({ prefix, addressBits }) => [prefix, addressBits])],
    ['masters', design.masters.map(stream)],
    ['interrupts', design.interrupts],
    ['scatter_gather', design.scatterGather === true ? 1 : 0],
    ['registers', (design.registers ?? []).map(registerItem)],
    ['probes', probes],
    ['probe_depth', probeDepth],
    ['part', board.part],
    ['board_part', board.board_part ?? ''],
    ['board_connections', board.board_connections ?? []],
    ['system', processor?.kind ?? 'none'],
    ['control_port', processor?.control_port ?? ''],
    ['control_base', processor?.control_base ?? '0x00010000'],
    ['memory_ports', processor?.memory_ports ?? []],
    ['memory_port_bits', processor?.memory_port_bits ?? 64],
    ['memory_address_bits', processor?.kind === 'ps8' ? 40 : 32],
    ['board_clock_mhz', board.clock?.mhz ?? 0],
    ['pins_xdc', pinsXdc(board) === undefined ? '' : `${board.name}.xdc`],
  ];
  return `# ${design.title} on ${board.title}: the values that the scripts beside this file read\n${tclSettings(values)}`;
}

/** Pins of a board without a processing system; with one, clock and reset come from there and no pin is used. */
function pinsXdc({ processor, clock, reset, title }: Board): string | undefined {
  if (processor !== undefined || clock === undefined || reset === undefined) return undefined;
  const pin = (
    port: string,
    { pin: name, standard = 'LVCMOS33' }: { readonly pin: string; readonly standard?: string },
  ) => `set_property -dict {PACKAGE_PIN ${name} IOSTANDARD ${standard}} [get_ports ${port}]`;
  return [
    `# Pins of the ${title}`,
    pin('board_clock', clock),
    '# The clock itself comes with the clocking wizard: a second create_clock here would replace it.',
    pin('board_resetn', reset),
    'set_false_path -from [get_ports board_resetn]',
    'set_property CFGBVS VCCO [current_design]',
    'set_property CONFIG_VOLTAGE 3.3 [current_design]',
    'set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]',
    '',
  ].join('\n');
}
