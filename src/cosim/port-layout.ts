/**
 * Where each port of a Verilator model lives in the buffer that TypeScript and C++ share.
 *
 * Word 0 says whether an input changed. Every port starts at an even word and has one 32-bit word per 32 bits, lowest
 * first. Both sides compute from this one layout: the generated header and the accessors.
 */
import type { PortInfo } from '../simulator/simulation.js';

export interface PortSlot extends PortInfo {
  /** First word in the buffer. */
  readonly word: number;
  /** 32-bit words. */
  readonly limbs: number;
}

export interface PortLayout {
  readonly slots: readonly PortSlot[];
  /** Words of the whole buffer. */
  readonly words: number;
}

export function layoutPorts(ports: readonly PortInfo[]): PortLayout {
  let word = 2;
  const slots = ports.map((port) => {
    const limbs = Math.ceil(port.width / 32);
    const slot: PortSlot = { ...port, word, limbs };
    word += limbs + (limbs & 1);
    return slot;
  });
  return { slots, words: word };
}

/** How Verilator spells a port name in C++: two underscores in a row are escaped. */
function member(name: string): string {
  return name.replaceAll('__', '___05F');
}

function loadOf(slot: PortSlot): string {
  const port = `model.${member(slot.name)}`;
  if (slot.width <= 32) return `${port} = w[${slot.word}];`;
  if (slot.width <= 64) return `${port} = w[${slot.word}] | static_cast<QData>(w[${slot.word + 1}]) << 32;`;
  return `std::memcpy(&${port}[0], w + ${slot.word}, ${slot.limbs * 4});`;
}

function storeOf(slot: PortSlot): string {
  const port = `model.${member(slot.name)}`;
  if (slot.width <= 32) return `w[${slot.word}] = ${port};`;
  if (slot.width <= 64) {
    return `w[${slot.word}] = static_cast<uint32_t>(${port}); w[${slot.word + 1}] = ${port} >> 32;`;
  }
  return `std::memcpy(w + ${slot.word}, &${port}[0], ${slot.limbs * 4});`;
}

/** `model_ports.h`, the only generated C++ beside Verilator's own. */
export function renderPortHeader(layout: PortLayout, prefix: string, clocks: readonly string[]): string {
  const lines = (dir: PortInfo['dir'], render: (slot: PortSlot) => string): string[] =>
    layout.slots.filter((slot) => slot.dir === dir).map((slot) => `    ${render(slot)}`);
  return [
    '// Ports of one Verilated model and the shared buffer; see model_addon.cpp.',
    '#include <cstring>',
    `#include "${prefix}.h"`,
    `using Model = ${prefix};`,
    `static constexpr size_t kWords = ${layout.words};`,
    'static inline void loadInputs(Model& model, const uint32_t* w) {',
    '    (void)model, (void)w;',
    ...lines('input', loadOf),
    '}',
    'static inline void storeOutputs(Model& model, uint32_t* w) {',
    '    (void)model, (void)w;',
    ...lines('output', storeOf),
    '}',
    'static inline void driveClocks(Model& model, uint32_t high) {',
    '    (void)model, (void)high;',
    ...clocks.map((clock, k) => `    model.${member(clock)} = (high >> ${k}) & 1;`),
    '}',
    '',
  ].join('\n');
}
