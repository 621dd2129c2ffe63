/**
 * The top of a board whose only way in is a serial line: bridge, accelerator, reset behind configuration. Samples and results
 * are bytes; `sim/serial_bench.sv` and `fpga/host.py` speak to it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SerialBridge } from '../blocks/serial/index.js';
import { buildDesign } from '../hdl/index.js';
import { emitDesign } from '../verilog/index.js';
import type { Board } from './boards.js';
import type { TargetDesign, TopPort } from './design.js';

const template = fileURLToPath(new URL('../../rtl-templates/serial_top.v', import.meta.url));

/** What the parts of a serial system have to agree on. */
export interface SerialLink {
  /** Name of the top. */
  readonly module: string;
  /** Cycles of the board's clock a bit. */
  readonly clocks: number;
  readonly baud: number;
  /** Bytes in a beat of samples and in a beat of results. */
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Smallest number of cycles a bit of `serial_bridge`. */
const fewestClocks = 4;

/** Why this accelerator cannot stand behind a serial line of this board; undefined where it can. */
export function serialObstacle({ streamsIn, streamsOut, masters }: TargetDesign, board: Board): string | undefined {
  const { serial, clock } = board;
  if (serial === undefined || clock === undefined) return `boards/${board.name}.json names no serial line`;
  if (streamsIn.length !== 1 || streamsOut.length !== 1 || masters.length > 0) {
    const others = [...streamsIn.slice(1), ...streamsOut.slice(1), ...masters].map(({ prefix }) => prefix);
    return `a serial line carries one stream each way, and the accelerator has ${others.join(', ')} as well`;
  }
  const odd = [...streamsIn, ...streamsOut].find(({ bits }) => bits % 8 !== 0);
  if (odd !== undefined) return `${odd.prefix} has ${odd.bits} bits, and a serial line carries whole bytes`;
  const clocks = Math.round((clock.mhz * 1e6) / serial.baud);
  if (clocks < fewestClocks)
    return `${serial.baud} baud at ${clock.mhz} MHz are fewer than ${fewestClocks} cycles a bit`;
  return undefined;
}

/** Throws where `serialObstacle` names one. */
export function serialLink(design: TargetDesign, board: Board): SerialLink {
  const obstacle = serialObstacle(design, board);
  const { serial, clock } = board;
  const [[input], [output]] = [design.streamsIn, design.streamsOut];
  if (obstacle !== undefined || !serial || !clock || !input || !output) throw new Error(`${design.name}: ${obstacle}`);
  const clocks = Math.round((clock.mhz * 1e6) / serial.baud);
  const module = `${design.name}_board`;
  return { module, clocks, baud: serial.baud, inBytes: input.bits / 8, outBytes: output.bits / 8 };
}

/** The board's top and the modules of its bridge that the accelerator does not bring along, by file name, the top last. */
export function serialSources(design: TargetDesign, board: Board, folder: string): ReadonlyMap<string, string> {
  const link = serialLink(design, board);
  const bridge = emitDesign(buildDesign(SerialBridge as never)).filter(({ name }) => !design.sources.includes(name));
  return new Map([
    ...bridge.map(({ name, text }) => [name, text] as const),
    [`${link.module}.v`, topText(design, board, link, folder)],
  ]);
}

function topText(design: TargetDesign, board: Board, link: SerialLink, folder: string): string {
  const { reset, alarm, clock } = board;
  const values: Readonly<Record<string, string>> = {
    ...{ module: link.module, title: design.title, board: board.title, top: design.top, folder },
    ...{ baud: link.baud.toLocaleString('en-US'), clocks: String(link.clocks), mhz: String(clock?.mhz) },
    ...{ inBytes: String(link.inBytes), inRange: `[${8 * link.inBytes - 1}:0]` },
    ...{ outBytes: String(link.outBytes), outRange: `[${8 * link.outBytes - 1}:0]` },
    resetPort: reset === undefined ? '' : ',\n  input  wire reset_n',
    resetDoc: reset === undefined ? '' : ' It comes\n  // back with the button.',
    button: reset === undefined ? '' : "  reg [1:0] button = 2'b00;  // reset_n as clock sees it\n",
    ageStep:
      reset === undefined
        ? "if (!age[7]) age <= age + 8'd1;"
        : "button <= {button[0], reset_n};\n    if (!button[1]) age <= 8'd0;\n    else if (!age[7]) age <= age + 8'd1;",
    lostPort: alarm === undefined ? '' : ',\n  output wire lost_led  // a byte came too soon and was lost',
    lostAssign:
      alarm === undefined
        ? '\n  wire unused = lost;\n'
        : `\n  assign lost_led = ${alarm.active === 'low' ? '!lost' : 'lost'};\n`,
    tied: others(design.ports).map(tied).join(''),
  };
  return readFileSync(template, 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`serial_top.v: unknown name ${name}`);
    return value;
  });
}

/** Ports that the template does not name: nobody uses them here. */
const others = (ports: readonly TopPort[]): readonly TopPort[] =>
  ports.filter(({ name }) => !/^(aclk|aresetn|[sm]_axis_t(valid|ready|data|last))$/.test(name));

const tied = ({ name, direction, bits }: TopPort): string =>
  `    .${name.padEnd(13)} (${direction === 'input' ? `${bits}'d0` : ''}),\n`;
