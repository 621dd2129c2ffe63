import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findBoard } from '../../src/target/boards.js';
import { ipXact } from '../../src/target/ip-xact.js';
import { benderManifest, fusesocCore } from '../../src/target/packages.js';
import { sampleDesign } from './designs.js';

const board = (name: string) => {
  const found = findBoard(name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('FuseSoC', () => {
  interface Core {
    readonly name: string;
    readonly filesets: Readonly<
      Record<string, { readonly files: readonly Readonly<Record<string, { file_type: string; copyto?: string }>>[] }>
    >;
    readonly targets: Readonly<Record<string, { readonly filesets: readonly string[]; readonly toplevel: string }>>;
  }
  const read = (name: string): Core => {
    const text = fusesocCore(sampleDesign, board(name));
    expect(text.split('\n')[0]).toBe('CAPI=2:');
    return parse(text.slice(text.indexOf('\n'))) as Core;
  };

  it('lists the sources in the order of compilation with their types, and ROMs where the tool runs', () => {
    const core = read('pynq-z2');
    expect(core.name).toBe('heddle:accelerators:digits:1.0');
    expect(core.filesets['rtl']?.files).toEqual([
      { 'rtl/fifo.sv': { file_type: 'systemVerilogSource' } },
      { 'rtl/digits.sv': { file_type: 'systemVerilogSource' } },
      { 'rtl/digits_top.v': { file_type: 'verilogSource' } },
    ]);
    expect(core.filesets['images']?.files[0]?.['rtl/dense_0_weights.mem']?.copyto).toBe('dense_0_weights.mem');
  });

  it.each(['pynq-z2', 'icebreaker'])('%s: every target names file sets that are there, and the top', (name) => {
    const core = read(name);
    for (const target of Object.values(core.targets)) {
      expect(target.toplevel).toBe('digits_top');
      for (const set of target.filesets) expect(core.filesets[set]).toBeDefined();
    }
    expect('synth' in core.targets).toBe(name === 'pynq-z2');
  });
});

it('Bender: one package, all sources in order', () => {
  expect(parse(benderManifest(sampleDesign))).toEqual({
    package: { name: 'digits', description: 'written by heddle' },
    sources: [{ files: ['rtl/fifo.sv', 'rtl/digits.sv', 'rtl/digits_top.v'] }],
  });
});

describe('IP-XACT', () => {
  const registers = [
    {
      ...{ name: 'CTRL', offset: 0, description: 'start & status' },
      fields: [{ name: 'AP_START', low: 0, bits: 1, access: 'read-write' as const }],
    },
  ];
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', removeNSPrefix: true });
  interface Named {
    readonly name: string;
  }
  interface Component {
    readonly busInterfaces: {
      readonly busInterface: readonly (Named & { readonly portMaps: { readonly portMap: unknown } })[];
    };
    readonly model: {
      readonly ports: {
        readonly port: readonly (Named & {
          readonly wire: { readonly direction: string; readonly vector?: { readonly left: number } };
        })[];
      };
    };
    readonly fileSets: { readonly fileSet: { readonly file: readonly Named[] } };
    readonly memoryMaps: {
      readonly memoryMap: {
        readonly addressBlock: {
          readonly range: number;
          readonly register: Named & { readonly description: string; readonly field: Named };
        };
      };
    };
  }
  const { component } = parser.parse(ipXact({ ...sampleDesign, registers })) as { readonly component: Component };

  it('has every bus of the top with the wires that it has', () => {
    const buses = component.busInterfaces.busInterface;
    expect(buses.map(({ name }) => name)).toEqual(['s_axis', 'dense_3_weights', 'm_axis', 's_axi', 'aclk', 'aresetn']);
    const wires = (buses[0]?.portMaps.portMap ?? []) as readonly { readonly physicalPort: Named }[];
    expect(wires.map(({ physicalPort }) => physicalPort.name)).toEqual([
      's_axis_tdata',
      's_axis_tvalid',
      's_axis_tready',
    ]);
  });

  it('has ports, files and registers as the design', () => {
    const ports = component.model.ports.port;
    expect(
      ports.map(({ name, wire }) => [name, wire.direction === 'in' ? 'input' : 'output', (wire.vector?.left ?? 0) + 1]),
    ).toEqual(sampleDesign.ports.map(({ name, direction, bits }) => [name, direction, bits]));
    expect(component.fileSets.fileSet.file.map(({ name }) => name.replace('rtl/', ''))).toEqual([
      ...sampleDesign.sources,
      ...sampleDesign.images,
    ]);
    const block = component.memoryMaps.memoryMap.addressBlock;
    expect(block.range).toBe(4096);
    expect(block.register).toMatchObject({ name: 'CTRL', description: 'start & status', field: { name: 'AP_START' } });
  });
});
