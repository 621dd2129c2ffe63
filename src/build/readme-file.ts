/** README of a build: what lies where, and what to type without heddle. Only what is there is in it. */

export interface ReadmeFacts {
  /** One phrase: what the accelerator is. */
  readonly title: string;
  readonly clockMhz: number;
  /** Paths of all files of the folder. */
  readonly paths: Iterable<string>;
}

interface Row {
  /** The row stands where a path begins so. */
  readonly begins: string;
  readonly name: string;
  readonly what: string;
  /** Commands from the folder itself. */
  readonly type?: readonly string[];
}

const vivado = (script: string): string => `vivado -mode batch -nojournal -notrace -source fpga/vivado/${script}.tcl`;

const rows: readonly Row[] = [
  {
    begins: 'rtl/',
    name: 'rtl/',
    what: 'the hardware, SystemVerilog and the contents of ROMs; files.f: order of compilation',
  },
  { begins: 'report.json', name: 'report.json', what: 'ports, cycles, resources; figures of tools under "flows"' },
  {
    begins: 'folding.json',
    name: 'folding.json',
    what: 'how far each layer is unrolled; edit it and build again with --folding',
  },
  { begins: 'engine.json', name: 'engine.json', what: 'parameters of the engine; build again with --engine' },
  { begins: 'dma.json', name: 'dma.json, dram/', what: 'what lies where in memory, and the transfers of a frame' },
  { begins: 'registers/', name: 'registers/', what: 'the registers for C, Python, SystemRDL, JSON, and to read (.md)' },
  {
    ...{ begins: 'sim/', name: 'sim/, vectors/', what: 'a self-checking bench and what it plays; PASS or FAIL' },
    type: ['make -C sim icarus        # or verilator, xsim, vcs, xcelium; SEED=2 STALL=0'],
  },
  {
    ...{
      begins: 'fpga/vivado/ooc.tcl',
      name: 'fpga/vivado/',
      what: 'settings.tcl holds every value that is of this design and board',
    },
    type: [
      `${vivado('ooc')}           # resources, timing, power of the accelerator alone`,
      `${vivado('package_ip')}    # an IP for your own block design`,
      `${vivado('project')}       # the board's system, needs the IP: .bit, .hwh, .xsa`,
    ],
  },
  {
    ...{
      begins: 'fpga/vitis/',
      name: 'fpga/vitis/',
      what: 'boot image with the bare-metal program in firmware/ (yours, where there is none), of the .xsa and .bit above',
    },
    type: ['make -C fpga/vitis'],
  },
  {
    ...{
      begins: 'fpga/ice40/Makefile',
      name: 'fpga/ice40/',
      what: 'bitstream with Yosys, nextpnr and icestorm, its simulation, a program for the computer',
    },
    type: ['make -C fpga/ice40', 'make -C fpga/ice40 simulate', 'make -C fpga/ice40 program check'],
  },
  {
    ...{
      begins: 'fpga/ecp5/Makefile',
      name: 'fpga/ecp5/',
      what: 'bitstream with Yosys, nextpnr and prjtrellis, its simulation, a program for the computer',
    },
    type: ['make -C fpga/ecp5', 'make -C fpga/ecp5 simulate', 'make -C fpga/ecp5 program check'],
  },
  {
    begins: 'firmware/',
    name: 'firmware/',
    what: 'C99 library without malloc, samples (data.h), main.c; back ends for bare metal and Linux',
  },
  {
    begins: 'deploy/',
    name: 'deploy/',
    what: 'what a board with PYNQ needs beside the bitstream; see the README there',
  },
  {
    ...{
      begins: 'asic/genus/',
      name: 'asic/, rtl_asic/',
      what: 'scripts for a chip and the text with ROMs in it; tech.tcl alone has paths of the PDK',
    },
    type: [
      'genus -no_gui -abort_on_error -files asic/genus/synth.tcl',
      'innovus -nowin -common_ui -files asic/innovus/common.tcl   # or -files asic/innovus/legacy.tcl without -common_ui',
      'dc_shell -f asic/dc/synth.tcl',
    ],
  },
  {
    ...{
      begins: 'asic/orfs/',
      name: 'asic/orfs/, rtl_asic/',
      what: 'OpenROAD flow scripts, and the text with ROMs in it',
    },
    type: ['make -C ORFS/flow DESIGN_CONFIG=$PWD/asic/orfs/config.mk'],
  },
  {
    ...{ begins: 'asic/librelane/', name: 'asic/librelane/', what: 'LibreLane 3' },
    type: ['librelane asic/librelane/config.json'],
  },
  { begins: 'constraints/', name: 'constraints/', what: 'clocks (and pins) for the scripts above' },
  {
    begins: 'Bender.yml',
    name: '*.core, Bender.yml, component.xml',
    what: 'the same files for FuseSoC, Bender and readers of IP-XACT',
  },
  {
    begins: 'soc/',
    name: 'soc/',
    what: 'the accelerator with registers and an interrupt, a folder like this one with a README of its own',
  },
  { begins: 'graph/', name: 'graph/', what: 'the network after each pass, for Netron (.onnx) and browsers (.svg)' },
  {
    begins: 'log/',
    name: 'log/, state/, manifest.json',
    what: 'what build said, what it resumes from, hashes of all files',
  },
];

/** Plain text. */
export function readmeText({ title, clockMhz, paths }: ReadmeFacts): string {
  const all = [...paths];
  const there = rows.filter(({ begins }) => all.some((path) => path.startsWith(begins)));
  return [
    `${title}, for ${clockMhz} MHz. Written by heddle; nothing below needs it any more.`,
    ...there.flatMap(({ name, what, type = [] }) => ['', name, `  ${what}`, ...type.map((line) => `    ${line}`)]),
    '',
    'The commands are typed in this folder; results stay below the folder of their script.',
    '',
  ].join('\n');
}
