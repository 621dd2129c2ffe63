/** Streams among the ports of a simulation, found by the names of AXI4-Stream: `<name>_tvalid` beside `<name>_tready`. */
import type { PortInfo } from '../simulation.js';

export interface PortStream {
  readonly name: string;
  /** `sink`: the circuit receives; `source`: it sends. */
  readonly role: 'sink' | 'source';
  /** Ports beside valid and ready, without the name of the stream: `tdata`, `tlast`. */
  readonly fields: readonly { readonly name: string; readonly port: string; readonly width: number }[];
}

/** All streams of one bit of valid and ready, in the order of their valids. */
export function findStreams(ports: readonly PortInfo[]): PortStream[] {
  const byName = new Map(ports.map((port) => [port.name, port]));
  const found = ports.flatMap((valid) => {
    const name = valid.name.endsWith('_tvalid') ? valid.name.slice(0, -'_tvalid'.length) : undefined;
    const ready = name === undefined ? undefined : byName.get(`${name}_tready`);
    const pair = ready !== undefined && ready.dir !== valid.dir && ready.width === 1 && valid.width === 1;
    return name !== undefined && pair ? [{ name, dir: valid.dir }] : [];
  });
  return found.map(({ name, dir }): PortStream => {
    const mine = (port: PortInfo): boolean =>
      port.dir === dir && port.name.startsWith(`${name}_`) && port.name !== `${name}_tvalid`;
    // `s_axis_b_tdata` belongs to `s_axis_b`, not to `s_axis`.
    const elsewhere = (port: PortInfo): boolean =>
      found.some((other) => other.name.length > name.length && port.name.startsWith(`${other.name}_`));
    const fields = ports
      .filter((port) => mine(port) && !elsewhere(port))
      .map((port) => ({ name: port.name.slice(name.length + 1), port: port.name, width: port.width }));
    return { name, role: dir === 'input' ? 'sink' : 'source', fields };
  });
}
