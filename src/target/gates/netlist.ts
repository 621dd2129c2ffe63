/** A netlist of library cells, as Yosys writes it as JSON (`write_json`) after mapping. */

/** A net by number, or a constant. */
export type NetBit = number | '0' | '1' | 'x' | 'z';

export interface NetlistPort {
  readonly name: string;
  readonly dir: 'input' | 'output';
  readonly bits: readonly NetBit[];
}

export interface NetlistCell {
  readonly name: string;
  readonly type: string;
  /** Net of each pin. */
  readonly pins: ReadonlyMap<string, NetBit>;
}

export interface Netlist {
  readonly top: string;
  readonly ports: readonly NetlistPort[];
  readonly cells: readonly NetlistCell[];
  /** A name of every net: that of a register or wire of the text where it has one, with its bit where it has several. */
  readonly names: ReadonlyMap<number, { readonly name: string; readonly bit?: number }>;
}

interface YosysModule {
  readonly ports: Readonly<
    Record<string, { readonly direction: 'input' | 'output'; readonly bits: readonly NetBit[] }>
  >;
  readonly cells: Readonly<
    Record<string, { readonly type: string; readonly connections: Readonly<Record<string, readonly NetBit[]>> }>
  >;
  readonly netnames: Readonly<Record<string, { readonly hide_name: 0 | 1; readonly bits: readonly NetBit[] }>>;
}

/** Reads one module of a JSON netlist. Throws where it is not there, or a pin has more than one bit. */
export function readNetlist(json: string, top: string): Netlist {
  const { modules } = JSON.parse(json) as { readonly modules: Readonly<Record<string, YosysModule>> };
  const module = modules[top];
  if (module === undefined) throw new Error(`the netlist has no module ${top}`);
  const cells = Object.entries(module.cells).map(([name, { type, connections }]): NetlistCell => {
    const pins = Object.entries(connections).map(([pin, bits]): [string, NetBit] => {
      const [bit] = bits;
      if (bit === undefined || bits.length > 1) throw new Error(`${name}.${pin} is no pin of one bit`);
      return [pin, bit];
    });
    return { name, type, pins: new Map(pins) };
  });
  const names = new Map<number, { name: string; bit?: number }>();
  const nets = Object.entries(module.netnames).sort(([, a], [, b]) => a.hide_name - b.hide_name);
  for (const [name, { bits }] of nets)
    bits.forEach((net, bit) => {
      if (typeof net === 'number' && !names.has(net)) names.set(net, bits.length === 1 ? { name } : { name, bit });
    });
  const ports = Object.entries(module.ports).map(([name, { direction, bits }]): NetlistPort => ({
    name,
    dir: direction,
    bits,
  }));
  return { top, ports, cells, names };
}
