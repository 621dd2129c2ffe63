/** What the open tools need of a design: a Makefile with Yosys, nextpnr and the packer of the family, and pins. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Board, BoardPin } from './boards.js';
import type { TargetDesign } from './design.js';
import { serialBench } from './serial-bench.js';
import { type SerialLink, serialLink, serialObstacle, serialSources } from './serial-top.js';

const host = fileURLToPath(new URL('../../fpga/host.py', import.meta.url));

/** Folder below `fpga` by flow. */
export const openFolder = { 'nextpnr-ice40': 'ice40', 'nextpnr-ecp5': 'ecp5' } as const;

/**
 * Files by path below the directory of a build: `fpga/ice40/**` or `fpga/ecp5/**`. Where the accelerator cannot stand on the
 * board alone, a README that says why.
 */
export function openFpgaFiles(design: TargetDesign, board: Board): ReadonlyMap<string, string> {
  if (board.flow === 'vivado') return new Map();
  const folder = openFolder[board.flow];
  const obstacle = serialObstacle(design, board);
  if (obstacle !== undefined) {
    const text = `No system for the ${board.title} was written: ${obstacle}.\nThe text in rtl/ stands in any system of yours.\n`;
    return new Map([[`fpga/${folder}/README`, text]]);
  }
  const link = serialLink(design, board);
  const sources = serialSources(design, board, folder);
  const files = new Map([...sources].map(([name, text]) => [`fpga/${folder}/rtl/${name}`, text]));
  files.set(`fpga/${folder}/serial_bench.sv`, serialBench(design, board));
  files.set(`fpga/${folder}/host.py`, readFileSync(host, 'utf8'));
  const settings = settingLines(design, board, link, [...sources.keys()]);
  if (board.flow === 'nextpnr-ice40') {
    files.set(`fpga/ice40/${board.name}.pcf`, pcf(board));
    files.set('fpga/ice40/Makefile', `${settings}${makefileRules('ice40')}`);
  } else {
    files.set(`fpga/ecp5/${board.name}.lpf`, lpf(board));
    files.set('fpga/ecp5/Makefile', `${settings}${makefileRules('ecp5')}`);
  }
  return files;
}

const makefileRules = (family: string): string =>
  readFileSync(fileURLToPath(new URL(`../../fpga/${family}/rules.mk`, import.meta.url)), 'utf8');

function settingLines(design: TargetDesign, board: Board, link: SerialLink, names: readonly string[]): string {
  const { clockMhz, title } = design;
  const mhz = board.clock?.mhz ?? 0;
  const slower =
    clockMhz === mhz
      ? ''
      : `# Figures of the build are for ${clockMhz} MHz; the board gives the accelerator ${mhz} MHz.\n`;
  const values = {
    NAME: design.name,
    TOP: link.module,
    BOARD: board.name,
    DEVICE: board.device ?? '',
    PACKAGE: board.package ?? '',
    MHZ: String(mhz),
    BAUD: String(link.baud),
    IN: String(link.inBytes),
    OUT: String(link.outBytes),
    RTL: design.sources.map((name) => `../../rtl/${name}`).join(' '),
    IMAGES: design.images.map((name) => `../../rtl/${name}`).join(' '),
    BOARD_RTL: names.map((name) => `rtl/${name}`).join(' '),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name.padEnd(9)} := ${value}`.trimEnd());
  return `# ${title} on the ${board.title}\n${slower}${lines.join('\n')}\n\n`;
}

/** Ports of the board's top with their pins. */
function pins({ clock, serial, reset, alarm }: Board): readonly (readonly [string, BoardPin])[] {
  return Object.entries({ clock, rx: serial?.rx, tx: serial?.tx, reset_n: reset, lost_led: alarm }).flatMap(
    ([port, pin]): (readonly [string, BoardPin])[] => (pin === undefined ? [] : [[port, pin]]),
  );
}

const pcf = (board: Board): string =>
  `# Pins of the ${board.title}\n${pins(board)
    .map(([port, { pin }]) => `set_io ${port} ${pin}\n`)
    .join('')}`;

const lpf = (board: Board): string =>
  `# Pins of the ${board.title}\nFREQUENCY PORT "clock" ${board.clock?.mhz} MHZ;\n${pins(board)
    .map(
      ([port, { pin, standard = 'LVCMOS33' }]) =>
        `LOCATE COMP "${port}" SITE "${pin}";\nIOBUF PORT "${port}" IO_TYPE=${standard}${port === 'reset_n' ? ' PULLMODE=UP' : ''};\n`,
    )
    .join('')}`;
