/** The plain-Verilog shell around an accelerator: what `rtl-templates/stream_top.v` says, filled in, wires only. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TextFile } from '../cosim/index.js';
import type { Chain, PortPlan, WeightPort } from '../dataflow/chain.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import type { TopPort } from '../target/design.js';

const template = fileURLToPath(new URL('../../rtl-templates/stream_top.v', import.meta.url));

export const shellName = (chain: Pick<Chain, 'name'>): string => `${chain.name}_top`;

/** The text of the shell; every `{{name}}` of the template is known here. */
export function renderShell(chain: Chain, core: string): TextFile {
  const port = (name: string, { bits, beats, lanes, laneBits }: PortPlan): [string, string][] => [
    [`${name}Bits`, String(bits)],
    [`${name}Beats`, String(beats)],
    [`${name}Lanes`, String(lanes)],
    [`${name}LaneBits`, String(laneBits)],
  ];
  const sides = sidesOf(chain);
  const values = new Map([
    ['top', shellName(chain)],
    ['core', core],
    ...port('input', chain.input),
    ...port('output', chain.output),
    ['sideDoc', sides.map(({ doc }) => `\n// ${doc}`).join('')],
    ['sideBuses', sides.map(({ prefix }) => `:${prefix}`).join('')],
    ['sidePorts', sides.map((side) => `\n${side.wires.map((wire) => portLines(side, wire)).join('')}`).join('')],
    ['sideConnections', sides.flatMap((side) => side.wires.map(connection)).join('')],
  ]);
  const text = readFileSync(template, 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`stream_top.v: unknown name ${name}`);
    return value;
  });
  return { name: `${shellName(chain)}.v`, text };
}

/** Ports of the shell in its order, streams with the four signals that every stream has. */
export function shellPorts(chain: Chain): readonly TopPort[] {
  const stream = (
    prefix: string,
    bits: number,
    forward: TopPort['direction'],
    back: TopPort['direction'],
  ): TopPort[] => [
    { name: `${prefix}_tvalid`, direction: forward, bits: 1 },
    { name: `${prefix}_tready`, direction: back, bits: 1 },
    { name: `${prefix}_tdata`, direction: forward, bits },
    { name: `${prefix}_tlast`, direction: forward, bits: 1 },
  ];
  return [
    { name: 'aclk', direction: 'input', bits: 1 },
    { name: 'aresetn', direction: 'input', bits: 1 },
    ...stream('s_axis', chain.input.bits, 'input', 'output'),
    ...sidesOf(chain).flatMap(({ wires }) => wires.map(({ name, dir, bits }) => ({ name, direction: dir, bits }))),
    ...stream('m_axis', chain.output.bits, 'output', 'input'),
  ];
}

/** Ports beside the streams of samples and results. */
const sidesOf = (chain: Chain): readonly Side[] => [
  ...(chain.weightPorts ?? []).map(weightSide),
  ...controlSide(chain),
];

interface Wire {
  readonly name: string;
  readonly dir: 'input' | 'output';
  readonly bits: number;
  /** Name in the bus; absent for a wire beside it. */
  readonly bus?: string;
}

/** A port of several wires beside the streams of samples and results. */
interface Side {
  readonly prefix: string;
  /** Bus of IP integrator. */
  readonly kind: string;
  readonly doc: string;
  readonly wires: readonly Wire[];
}

function weightSide({ stream, stage, bits, beats }: WeightPort): Side {
  const wire = (name: string, dir: Wire['dir'], width = 1): Wire => ({
    ...{ name: `${stream}_${name}`, dir, bits: width, bus: name.toUpperCase() },
  });
  return {
    prefix: stream,
    kind: 'xilinx.com:interface:axis:1.0',
    doc: `${stream}   weights of ${stage}, ${beats.length} beats again and again; tlast on the last, else ${stream}_error rises`,
    wires: [
      ...[wire('tvalid', 'input'), wire('tready', 'output'), wire('tdata', 'input', bits), wire('tlast', 'input')],
      { name: `${stream}_error`, dir: 'output', bits: 1 },
    ],
  };
}

function controlSide(chain: Chain): Side[] {
  const map = addressMap(chain);
  if (map === undefined) return [];
  const wire = (name: string, dir: Wire['dir'], bits = 1): Wire => ({
    ...{ name: `s_axi_${name}`, dir, bits, bus: name.toUpperCase() },
  });
  const channel = (letters: string, inward: boolean, payload: readonly (readonly [string, number])[]): Wire[] => {
    const [forward, back] = inward ? (['input', 'output'] as const) : (['output', 'input'] as const);
    return [
      wire(`${letters}valid`, forward),
      wire(`${letters}ready`, back),
      ...payload.map(([name, bits]) => wire(`${letters}${name}`, forward, bits)),
    ];
  };
  const address = [
    ['addr', map.addressBits],
    ['prot', 3],
  ] as const;
  return [
    {
      prefix: 's_axi',
      kind: 'xilinx.com:interface:aximm:1.0',
      doc: 's_axi    AXI4-Lite: weights that are written at run time; see address_map.json',
      wires: [
        ...channel('aw', true, address),
        ...channel('w', true, [
          ['data', 32],
          ['strb', 4],
        ]),
        ...channel('b', false, [['resp', 2]]),
        ...channel('ar', true, address),
        ...channel('r', false, [
          ['data', 32],
          ['resp', 2],
        ]),
      ],
    },
  ];
}

function portLines({ prefix, kind }: Side, { name, dir, bits, bus }: Wire): string {
  const attribute = bus === undefined ? '' : `  (* X_INTERFACE_INFO = "${kind} ${prefix} ${bus}" *)\n`;
  const range = bits === 1 ? '' : `[${bits}-1:0] `;
  return `${attribute}  ${dir === 'input' ? 'input ' : 'output'} wire ${range}${name},\n`;
}

const connection = ({ name }: Wire): string => `    .${name.padEnd(13)} (${name}),\n`;
