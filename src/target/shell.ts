/** The plain-Verilog shell around a top: wires only, with the attributes from which IP integrator infers buses. */
import type { TargetDesign, TopPort } from './design.js';

export interface ShellOptions {
  /** Module inside; its ports have the names of the shell's. */
  readonly core: string;
  /** Lines of the header behind the first one. */
  readonly doc: readonly string[];
}

const axis = 'xilinx.com:interface:axis:1.0';
const memoryMapped = 'xilinx.com:interface:aximm:1.0';

/** Text of the module `design.top`. Ports that belong to no bus have no attribute. */
export function verilogShell(design: TargetDesign, { core, doc }: ShellOptions): string {
  const { top, ports, streamsIn, streamsOut, controls, masters } = design;
  const streams = [...streamsIn, ...streamsOut].map(({ prefix }) => ({ prefix, kind: axis }));
  const memories = [...controls, ...masters].map(({ prefix }) => ({ prefix, kind: memoryMapped }));
  // The longest prefix first: m_axi_0 before m_axi.
  const buses = [...memories, ...streams].sort((a, b) => b.prefix.length - a.prefix.length);
  const busList = [...memories, ...streams].map(({ prefix }) => prefix).join(':');
  const lines = ports.map((port) => [...attributes(port, design, buses, busList), `  ${declaration(port)}`]);
  return `${[
    `// ${top} - shell of ${core} in plain Verilog`,
    '//',
    '// IP integrator infers clock, reset and buses from the attributes; other tools ignore them. Wires only.',
    ...(doc.length === 0 ? [] : ['//', ...doc.map((line) => `// ${line}`)]),
    '`default_nettype none',
    `module ${top} (`,
    lines.map((each) => each.join('\n')).join(',\n'),
    ');',
    '',
    `  ${core} u_core (`,
    ports.map(({ name }) => `    .${name.padEnd(widest(ports))} (${name})`).join(',\n'),
    '  );',
    '',
    'endmodule',
    '`default_nettype wire',
  ].join('\n')}\n`;
}

const widest = (ports: readonly TopPort[]): number => Math.max(...ports.map(({ name }) => name.length));

const declaration = ({ name, direction, bits }: TopPort): string =>
  `${direction === 'input' ? 'input ' : 'output'} wire ${bits === 1 ? '' : `[${bits}-1:0] `}${name}`;

function attributes(
  { name }: TopPort,
  { interrupts }: TargetDesign,
  buses: readonly { readonly prefix: string; readonly kind: string }[],
  busList: string,
): string[] {
  const info = (text: string): string => `  (* X_INTERFACE_INFO = "${text}" *)`;
  const parameter = (text: string): string => `  (* X_INTERFACE_PARAMETER = "XIL_INTERFACENAME ${text}" *)`;
  if (name === 'aclk')
    return [
      info('xilinx.com:signal:clock:1.0 aclk CLK'),
      parameter(`aclk, ASSOCIATED_BUSIF ${busList}, ASSOCIATED_RESET aresetn`),
    ];
  if (name === 'aresetn')
    return [info('xilinx.com:signal:reset:1.0 aresetn RST'), parameter('aresetn, POLARITY ACTIVE_LOW')];
  if (interrupts.includes(name))
    return [info(`xilinx.com:signal:interrupt:1.0 ${name} INTERRUPT`), parameter(`${name}, SENSITIVITY LEVEL_HIGH`)];
  const bus = buses.find(({ prefix }) => name.startsWith(`${prefix}_`));
  return bus === undefined
    ? []
    : [info(`${bus.kind} ${bus.prefix} ${name.slice(bus.prefix.length + 1).toUpperCase()}`)];
}
