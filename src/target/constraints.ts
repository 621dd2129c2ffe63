/** Timing constraints: the only place that knows when signals arrive. */
import { periodNs, type TargetDesign, type TopPort } from './design.js';

/** Constraints of an out-of-context run in Vivado: the clock, and nothing that I/O would need. */
export function oocXdc({ clockMhz }: Pick<TargetDesign, 'clockMhz'>): string {
  return [
    `# Out of context: the accelerator alone at ${clockMhz} MHz. In a block design the clock comes with its source.`,
    `create_clock -period ${periodNs(clockMhz)} -name aclk [get_ports aclk]`,
    'set_property HD.CLK_SRC BUFGCTRL_X0Y0 [get_ports aclk]',
    '',
  ].join('\n');
}

/** What surrounds the pins of a chip or of a block in it. */
export interface SdcEnvironment {
  /** Cell that drives inputs, with its output pin. */
  readonly driving?: { readonly cell: string; readonly pin: string };
  /** Load of outputs, in the unit of the libraries (pF mostly). */
  readonly load?: number;
  readonly uncertaintySetupNs?: number;
  readonly uncertaintyHoldNs?: number;
  readonly maxTransitionNs?: number;
  readonly maxFanout?: number;
}

/**
 * SDC of the top: clock, inputs and outputs against a virtual clock of the same period. Neighbours keep 40 % of the
 * period for themselves, and at least 5 % pass before anything changes (hold). All registers reset synchronously, so
 * `aresetn` is an input like any other. Ports are listed by name: the ways to leave the clock out of `all_inputs` differ
 * from tool to tool.
 */
export function designSdc(
  { clockMhz, ports }: Pick<TargetDesign, 'clockMhz' | 'ports'>,
  environment: SdcEnvironment = {},
): string {
  const period = Number(periodNs(clockMhz));
  const { driving, load, uncertaintySetupNs, uncertaintyHoldNs, maxTransitionNs, maxFanout } = environment;
  const ns = (value: number): string => value.toFixed(3);
  const bus = ({ name, bits }: TopPort): string => `  ${name}${bits > 1 ? '[*]' : ''}\n`;
  const all = (direction: TopPort['direction']): string =>
    ports
      .filter((port) => port.direction === direction && port.name !== 'aclk')
      .map(bus)
      .join('');
  const optional = (value: number | undefined, line: (text: string) => string): string[] =>
    value === undefined ? [] : [line(ns(value))];
  return [
    `# ${clockMhz} MHz; times in ns. All registers reset synchronously: on a chip aresetn comes from a synchroniser of aclk.`,
    `create_clock -name aclk -period ${ns(period)} [get_ports aclk]`,
    `create_clock -name outside -period ${ns(period)}`,
    `set inputs [get_ports {\n${all('input')}}]`,
    `set outputs [get_ports {\n${all('output')}}]`,
    `set_input_delay -max ${ns(0.4 * period)} -clock outside $inputs`,
    `set_input_delay -min ${ns(0.05 * period)} -clock outside $inputs`,
    `set_output_delay -max ${ns(0.4 * period)} -clock outside $outputs`,
    `set_output_delay -min ${ns(-0.05 * period)} -clock outside $outputs`,
    ...optional(uncertaintySetupNs, (value) => `set_clock_uncertainty -setup ${value} [all_clocks]`),
    ...optional(uncertaintyHoldNs, (value) => `set_clock_uncertainty -hold ${value} [all_clocks]`),
    ...(driving === undefined ? [] : [`set_driving_cell -lib_cell ${driving.cell} -pin ${driving.pin} $inputs`]),
    ...(load === undefined ? [] : [`set_load ${load} $outputs`]),
    ...optional(maxTransitionNs, (value) => `set_max_transition ${value} [current_design]`),
    ...(maxFanout === undefined ? [] : [`set_max_fanout ${maxFanout} [current_design]`]),
    '',
  ].join('\n');
}
