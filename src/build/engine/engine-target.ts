/** The engine as flows see it: its shell, ports, buses and registers. It does not depend on the network. */
import { sha256 } from '../../base/hash.js';
import type { Design } from '../../circuit/index.js';
import { axiLiteStreams, streamPorts, type TextFile } from '../../cosim/index.js';
import type { Engine } from '../../engine/config.js';
import { engineRegisters } from '../../engine/registers.js';
import { packagedRegisters } from '../../soc/register-json.js';
import type { TargetDesign } from '../../target/design.js';
import { verilogShell } from '../../target/shell.js';
import { portsOf } from '../hardware.js';

/** Name of the IP; `engine_top` is the shell. */
export const engineName = 'engine';
export const engineShellName = `${engineName}_top`;
/** Prefix of the AXI4-Lite port. */
export const controlPrefix = 's_axi_ctrl';

/** What register BUILD reads as: 31 bits of the hash of the text. */
export function buildHash(sources: readonly TextFile[]): number {
  const hash = sha256(JSON.stringify(sources.map(({ name, text }) => [name, text])));
  return parseInt(hash.slice(0, 8), 16) % 2 ** 31;
}

/** `files`: names of the sources in compile order, the shell last. */
export function engineTarget(engine: Engine, design: Design, files: readonly string[], clockMhz: number): TargetDesign {
  return {
    name: engineName,
    title: `engine ${engine.toString()}`,
    top: engineShellName,
    sources: files,
    images: [],
    clockMhz,
    ports: [
      { name: 'aclk', direction: 'input', bits: 1 },
      { name: 'aresetn', direction: 'input', bits: 1 },
      ...[...axiLiteStreams(controlPrefix, engineRegisters.addressBits), ...portsOf(design).streams]
        .flatMap(streamPorts)
        .map(({ name, dir, width }) => ({ name, direction: dir, bits: width })),
      { name: 'irq', direction: 'output', bits: 1 },
    ],
    // The result stream shares a DMA with the pixels, and firmware keeps the order.
    streamsIn: [
      { prefix: 's_axis_x', bits: engine.XP },
      { prefix: 's_axis_w', bits: engine.WP },
    ],
    streamsOut: [{ prefix: 'm_axis_y', bits: engine.YP }],
    controls: [{ prefix: controlPrefix, addressBits: engineRegisters.addressBits }],
    masters: [],
    interrupts: ['irq'],
    registers: packagedRegisters(engineRegisters),
    scatterGather: true,
    version: '1.0',
  };
}

export function engineShell(engine: Engine, design: Design): TextFile {
  const target = engineTarget(engine, design, [], 100);
  const doc = [
    's_axi_ctrl AXI4-Lite: start, status, errors and counters (docs/engine.md, Registers and frames)',
    's_axis_w   a packet per pass: header, taps, weights, parameters',
    's_axis_x   packets of rows, each behind a descriptor',
    'm_axis_y   a packet per pass that sends results',
    'irq        high until software clears what it has enabled in ISR',
  ];
  return { name: `${engineShellName}.v`, text: verilogShell(target, { core: design.top, doc }) };
}
