/** What the nets of a simulated netlist did, for tools that calculate power. */
import { type ActivityScope, writeSaif } from '../../simulator/index.js';
import type { Library } from './liberty.js';
import type { Netlist } from './netlist.js';
import type { GateSimulation } from './simulation.js';

/** SAIF of all nets but the clock's; names are those of the netlist. */
export function gateSaif(
  netlist: Netlist,
  simulation: GateSimulation,
  options: { readonly clock: string; readonly periodPs: number; readonly origin: string },
): string {
  const clock = netlist.ports.find(({ name }) => name === options.clock)?.bits[0];
  const nets: ActivityScope['nets'] = [...netlist.names]
    .filter(([net]) => net !== clock)
    .map(([net, named]) => ({ ...named, activity: simulation.countOf(net) }));
  const top = { name: netlist.top, nets, scopes: [] };
  return writeSaif(top, { ...options, cycles: simulation.cycles });
}

/**
 * The same as commands for OpenSTA, whose version in Debian reads no SAIF: `activity CHANGES DUTY INSTANCE PIN..` for every cell and
 * value, `input_activity` for inputs. Pins of clocks are left to the clock.
 */
export function gateActivityTcl(netlist: Netlist, library: Library, simulation: GateSimulation, clock: string): string {
  const { cycles } = simulation;
  const values = (net: Parameters<GateSimulation['countOf']>[0]): string => {
    const { high, toggles } = simulation.countOf(net);
    return `${(toggles / cycles).toFixed(6)} ${(high / cycles).toFixed(6)}`;
  };
  const clockNet = netlist.ports.find(({ name }) => name === clock)?.bits[0];
  const inputs = netlist.ports
    .filter(({ name, dir }) => dir === 'input' && name !== clock)
    .flatMap(({ name, bits }) =>
      bits.map((net, bit) => `input_activity ${values(net)} {${bits.length === 1 ? name : `${name}[${bit}]`}}\n`),
    );
  const cells = netlist.cells.flatMap(({ name, type, pins }) => {
    const byValue = new Map<string, string[]>();
    for (const { name: pin } of library.cells.get(type)?.pins ?? []) {
      const net = pins.get(pin);
      if (net === undefined || net === clockNet) continue;
      const key = values(net);
      byValue.set(key, [...(byValue.get(key) ?? []), pin]);
    }
    return [...byValue].map(([key, list]) => `activity ${key} ${name} ${list.join(' ')}\n`);
  });
  return [...inputs, ...cells].join('');
}
