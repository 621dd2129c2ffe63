/** Ports under another prefix. */
import type { Ports } from '../hdl/index.js';

/** `s_axi_awvalid` as `s_axi_ctrl_awvalid`, and so on. */
export function renamed(ports: Ports<'main'>, from: string, to: string): Ports<'main'> {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [`${to}${name.slice(from.length)}`, port]));
}
