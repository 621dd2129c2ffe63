/**
 * Yosys and OpenSTA for libraries that anybody has: scripts that map a design, time it and calculate its power with the activity of a
 * simulation of its gates. Before layout: ideal clock, no wires.
 */
import { designSdc } from './constraints.js';
import type { TargetDesign } from './design.js';

/** What the scripts have to know of a library. */
export interface OpenLibrary {
  readonly name: string;
  readonly process: string;
  /** Clock that is asked for where none is given. */
  readonly clockMhz: number;
  /** What drives inputs; load of outputs in the unit of the library, and in fF. */
  readonly driving: { readonly cell: string; readonly pin: string };
  readonly load: number;
  readonly loadFf: number;
  /** Cells of the constants 1 and 0, with their outputs. */
  readonly high: readonly [cell: string, pin: string];
  readonly low: readonly [cell: string, pin: string];
  /** Cells that a synthesis must not take: those of other power domains. */
  readonly leaveOut?: RegExp;
}

export const openLibraries: Readonly<Record<'nangate45' | 'sky130hd', OpenLibrary>> = {
  nangate45: {
    name: 'nangate45',
    process: 'Nangate 45 nm',
    clockMhz: 400,
    driving: { cell: 'BUF_X2', pin: 'Z' },
    load: 5,
    loadFf: 5,
    high: ['LOGIC1_X1', 'Z'],
    low: ['LOGIC0_X1', 'Z'],
  },
  sky130hd: {
    name: 'sky130hd',
    process: 'SkyWater 130 nm hd',
    clockMhz: 100,
    driving: { cell: 'sky130_fd_sc_hd__buf_2', pin: 'X' },
    load: 0.02,
    loadFf: 20,
    high: ['sky130_fd_sc_hd__conb_1', 'HI'],
    low: ['sky130_fd_sc_hd__conb_1', 'LO'],
    leaveOut: /__(?:lpflow|probe|macro)/,
  },
};

/** Paths below the directory of a build. */
export function gatePaths({ name }: OpenLibrary) {
  const at = `asic/yosys/${name}`;
  return {
    liberty: `${at}.lib`,
    synthesis: `${at}.ys`,
    timing: `${at}.tcl`,
    constraints: `${at}.sdc`,
    surroundings: `${at}.constr`,
    area: `${at}_area.txt`,
    netlist: `${at}_netlist.v`,
    json: `${at}_netlist.json`,
    cells: `${at}_cells.v`,
    activity: `${at}_activity.tcl`,
    saif: `${at}.saif`,
  } as const;
}

/** Files by path below the directory of a build; `rtlFolder` has the text with the contents of ROMs in it (`rtl_asic`). */
export function gateScripts(
  design: Pick<TargetDesign, 'title' | 'top' | 'sources' | 'ports' | 'clockMhz'>,
  library: OpenLibrary,
  rtlFolder: string,
): ReadonlyMap<string, string> {
  const paths = gatePaths(library);
  const { driving, load, loadFf, high, low } = library;
  const picoseconds = Math.floor(1e6 / design.clockMhz);
  const sources = design.sources.map((name) => ` ${rtlFolder}/${name}`).join('');
  const synthesis = `# ${design.title}: cells of ${library.process} at ${design.clockMhz} MHz
# From the directory of the build, the Liberty file being at ${paths.liberty}: yosys ${paths.synthesis}
read_liberty -lib -ignore_miss_func ${paths.liberty}
read_verilog -sv -D SYNTHESIS${sources}
hierarchy -check -top ${design.top}
synth -top ${design.top} -flatten
dfflibmap -liberty ${paths.liberty}
abc -liberty ${paths.liberty} -constr ${paths.surroundings} -D ${picoseconds}
hilomap -hicell ${high.join(' ')} -locell ${low.join(' ')}
# OpenSTA reads no assignment of several bits at once.
splitnets
opt_clean -purge
rename -enumerate
tee -o ${paths.area} stat -liberty ${paths.liberty}
write_verilog -noattr -noexpr ${paths.netlist}
write_json ${paths.json}
`;
  const timing = `# ${design.title}: timing and power of the netlist, before layout (ideal clock, no wires)
# Behind ${paths.synthesis}, from the same directory: sta -no_splash -exit ${paths.timing}
read_liberty ${paths.liberty}
read_verilog ${paths.netlist}
link_design ${design.top}
read_sdc ${paths.constraints}
report_checks -path_delay max
report_checks -path_delay max -from [all_registers -clock_pins] -to [all_registers -data_pins]
puts "Power, no activity given"
report_power -digits 6
# Changes a cycle and share of time at 1 of every pin. They replace what the report above has propagated, so they come behind it.
proc activity {changes duty instance args} {
  foreach pin $args { sta::set_power_pin_activity [get_pins $instance/$pin] $changes $duty }
}
proc input_activity {changes duty port} { sta::set_power_input_port_activity [get_ports $port] $changes $duty }
if {[file exists ${paths.activity}]} {
  source ${paths.activity}
  puts "Power, activity of ${paths.activity}"
  report_power -digits 6
}
`;
  return new Map([
    [paths.synthesis, synthesis],
    [paths.timing, timing],
    [paths.constraints, designSdc(design, { driving, load })],
    [paths.surroundings, `set_driving_cell ${driving.cell}\nset_load ${loadFf}\n`],
  ]);
}

/** What the tools said. */
export interface GateFigures {
  readonly squareMicrometres: number;
  readonly cells: number;
  /** Of the worst path, those from inputs and to outputs included. */
  readonly slackNs: number;
  /** Of the worst path from register to register. */
  readonly insideSlackNs: number;
  readonly from: string;
  readonly to: string;
  /** Watts, in the order of the report: internal, switching, leakage, total. */
  readonly power: readonly [number, number, number, number];
}

const betweenRegisters =
  /^Startpoint: \S+ \([^)]*flip-flop[^)]*\)\nEndpoint: \S+ \([^)]*flip-flop[^)]*\)[^]*?(-?[\d.]+) +slack/m;

/** Reads the area report of Yosys and what OpenSTA printed; the last power report counts. Throws where something is missing. */
export function gateFigures(area: string, timing: string): GateFigures {
  const complaint = /^(?:Error|Warning).*$/m.exec(timing)?.[0];
  if (complaint !== undefined) throw new Error(`OpenSTA: ${complaint}`);
  const one = (text: string, pattern: RegExp, what: string): string => {
    const value = pattern.exec(text)?.[1];
    if (value === undefined) throw new Error(`no ${what} in the report`);
    return value;
  };
  const totals = [...timing.matchAll(/^Total +(\S+) +(\S+) +(\S+) +(\S+) /gm)].at(-1);
  if (totals === undefined) throw new Error('no power in the report');
  return {
    squareMicrometres: Number(one(area, /Chip area for (?:top )?module[^:]*: ([\d.]+)/, 'area')),
    cells: Number(one(area, /Number of cells: +(\d+)/, 'number of cells')),
    slackNs: Number(one(timing, /(-?[\d.]+) +slack/, 'slack')),
    insideSlackNs: Number(one(timing, betweenRegisters, 'path between registers')),
    from: one(timing, /^Startpoint: (\S+)/m, 'start'),
    to: one(timing, /^Endpoint: (\S+)/m, 'end'),
    power: [Number(totals[1]), Number(totals[2]), Number(totals[3]), Number(totals[4])],
  };
}
