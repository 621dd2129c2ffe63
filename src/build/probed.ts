/** A top with its inner streams as extra output ports, so that text in Verilator can be looked into as the built-in simulator can. */
import type { Design, Item, Signal } from '../circuit/index.js';
import type { StreamReader } from './locate-difference.js';

const wires = ['tvalid', 'tready', 'tdata'] as const;
const probeName = (signal: string): string => `probe_${signal}`;

/** `design` whose top gives `probe_<stream>_tvalid`, `_tready` and `_tdata` for each stream. RangeError for a stream that it lacks. */
export function withProbes(design: Design, streams: readonly string[]): Design {
  const top = design.modules[design.top];
  if (top === undefined) throw new RangeError(`${design.top}: no such module`);
  const probes = streams.flatMap((stream) =>
    wires.map((wire) => {
      const name = `${stream}_${wire}`;
      const source = top.signals.findIndex((signal) => signal.name === name);
      const type = top.signals[source]?.type;
      if (type === undefined || type.kind === 'vec') throw new RangeError(`${top.name} has no signal ${name}`);
      return { name: probeName(name), source, type };
    }),
  );
  const first = top.signals.length;
  const signals: Signal[] = probes.map(({ name, type }) => ({ kind: 'output', name, type }));
  const items: Item[] = probes.map(({ source, type }, k) => ({
    item: 'assign',
    target: { signal: first + k, path: [] },
    value: { op: 'ref', type, signal: source },
  }));
  const probed = { ...top, signals: [...top.signals, ...signals], items: [...top.items, ...items] };
  return { ...design, modules: { ...design.modules, [design.top]: probed } };
}

/** Reads the probes of any form of a probed design. */
export const readProbes: StreamReader = (sim, signal) => sim.peek(probeName(signal));
