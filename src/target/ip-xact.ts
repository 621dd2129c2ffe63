/**
 * IP-XACT of the top (IEEE 1685-2009, as Vivado and most readers take it): bus interfaces with their port maps, the
 * model's ports, file sets in the order of compilation, registers. Vivado's own packaging (`package_ip.tcl`) is what
 * makes the IP there; this file is for everyone else.
 */
import { XMLBuilder } from 'fast-xml-parser';
import type { IpRegister } from '../blocks/registers/index.js';
import type { TargetDesign, TopPort } from './design.js';

interface BusType {
  readonly vendor: string;
  readonly library: string;
  readonly name: string;
  readonly abstraction: string;
  readonly version: string;
}

const axi = (name: string): BusType => ({
  ...{ vendor: 'amba.com', library: 'AMBA4', name, abstraction: `${name}_rtl`, version: 'r0p0_0' },
});
const signal = (name: string): BusType => ({
  ...{ vendor: 'xilinx.com', library: 'signal', name, abstraction: `${name}_rtl`, version: '1.0' },
});

/** `component.xml`. */
export function ipXact(design: TargetDesign): string {
  const { name, title, top, version, ports, streamsIn, streamsOut, controls, masters } = design;
  const { sources, images, interrupts, registers = [] } = design;
  const buses = [
    ...streamsIn.map(({ prefix }) => busInterface(prefix, axi('AXI4Stream'), 'slave', ports)),
    ...streamsOut.map(({ prefix }) => busInterface(prefix, axi('AXI4Stream'), 'master', ports)),
    ...controls.map(({ prefix }) => busInterface(prefix, axi('AXI4-Lite'), 'slave', ports, `${prefix}_map`)),
    ...masters.map(({ prefix }) => busInterface(prefix, axi('AXI4'), 'master', ports)),
    wireInterface('aclk', signal('clock'), 'CLK'),
    wireInterface('aresetn', signal('reset'), 'RST'),
    ...interrupts.map((name) => wireInterface(name, signal('interrupt'), 'INTERRUPT', 'master')),
  ];
  const component = {
    '@xmlns:spirit': 'http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009',
    '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    ...spirit({
      ...{ vendor: 'heddle.dev', library: 'accelerators', name, version },
      busInterfaces: spirit({ busInterface: buses }),
      ...(controls.length === 0
        ? {}
        : { memoryMaps: spirit({ memoryMap: controls.map((bus, k) => memoryMap(bus, k === 0 ? registers : [])) }) }),
      model: spirit({
        views: spirit({
          view: spirit({
            ...{ name: 'rtl', envIdentifier: ':*:', language: 'SystemVerilog', modelName: top },
            fileSetRef: spirit({ localName: 'rtl' }),
          }),
        }),
        ports: spirit({ port: ports.map(portItem) }),
      }),
      fileSets: spirit({
        fileSet: spirit({
          name: 'rtl',
          file: [
            ...sources.map((file) => fileItem(file, file.endsWith('.sv') ? 'systemVerilogSource' : 'verilogSource')),
            ...images.map((file) => fileItem(file, 'unknown')),
          ],
        }),
      }),
      description: title,
    }),
  };
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true, indentBy: '  ' });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ 'spirit:component': component })}`;
}

/** The same record with every key in the name space of IP-XACT. */
const spirit = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [`spirit:${key}`, value]));

const reference = ({ vendor, library, name, version }: BusType): Record<string, string> => ({
  ...{ '@spirit:vendor': vendor, '@spirit:library': library, '@spirit:name': name, '@spirit:version': version },
});

const portMap = (logical: string, physical: string): unknown =>
  spirit({ logicalPort: spirit({ name: logical }), physicalPort: spirit({ name: physical }) });

function busInterface(
  prefix: string,
  bus: BusType,
  mode: 'master' | 'slave',
  ports: readonly TopPort[],
  map?: string,
): unknown {
  // Only the wires of the protocol: `${prefix}_error` stands beside the bus.
  const wires = ports.filter(({ name }) => name.startsWith(`${prefix}_`) && !name.endsWith('_error'));
  return spirit({
    name: prefix,
    busType: reference(bus),
    abstractionType: reference({ ...bus, name: bus.abstraction }),
    [mode]: map === undefined ? '' : spirit({ memoryMapRef: { '@spirit:memoryMapRef': map } }),
    portMaps: spirit({
      portMap: wires.map(({ name }) => portMap(name.slice(prefix.length + 1).toUpperCase(), name)),
    }),
  });
}

const wireInterface = (name: string, bus: BusType, logical: string, mode: 'master' | 'slave' = 'slave'): unknown =>
  spirit({
    name,
    busType: reference(bus),
    abstractionType: reference({ ...bus, name: bus.abstraction }),
    [mode]: '',
    portMaps: spirit({ portMap: [portMap(logical, name)] }),
  });

const portItem = ({ name, direction, bits }: TopPort): unknown =>
  spirit({
    name,
    wire: spirit({
      direction: direction === 'input' ? 'in' : 'out',
      ...(bits === 1 ? {} : { vector: spirit({ left: bits - 1, right: 0 }) }),
    }),
  });

const fileItem = (name: string, type: string): unknown => spirit({ name: `rtl/${name}`, fileType: type });

function memoryMap(
  { prefix, addressBits }: { readonly prefix: string; readonly addressBits: number },
  registers: readonly IpRegister[],
): unknown {
  return spirit({
    name: `${prefix}_map`,
    addressBlock: spirit({
      ...{ name: 'reg0', baseAddress: '0x0', range: 2 ** addressBits, width: 32, usage: 'register' },
      ...(registers.length === 0
        ? {}
        : {
            register: registers.map(registerItem),
          }),
    }),
  });
}

function registerItem({ name, offset, description, reset, fields }: IpRegister): unknown {
  return spirit({
    ...{ name, description, addressOffset: hex(offset), size: 32 },
    ...(reset === undefined ? {} : { reset: spirit({ value: hex(reset) }) }),
    field: fields.map(fieldItem),
  });
}

function fieldItem(field: IpRegister['fields'][number]): unknown {
  const values = Object.entries(field.values ?? {});
  return spirit({
    name: field.name,
    ...(field.description === undefined ? {} : { description: field.description }),
    ...{ bitOffset: field.low, bitWidth: field.bits, access: field.access },
    ...(values.length === 0
      ? {}
      : {
          enumeratedValues: spirit({
            enumeratedValue: values.map(([name, value]) => spirit({ name, value: hex(value) })),
          }),
        }),
    ...(field.onWrite === undefined ? {} : { modifiedWriteValue: field.onWrite }),
    ...(field.onRead === undefined ? {} : { readAction: field.onRead }),
  });
}

const hex = (value: number): string => `0x${value.toString(16)}`;
