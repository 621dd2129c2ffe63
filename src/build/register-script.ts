/** Accesses of registers as `sim/lite_player.sv` plays them: `<op> <address> <data> <mask>` a line, in hexadecimal. */
import { type RegisterTable, registerWords } from '../blocks/registers/index.js';

/** All bits of a register. */
export const allBits = 2 ** 32 - 1;

export interface RegisterScript {
  /** Address of a register, or of a half of a counter. */
  readonly offset: (name: string) => number;
  /** A field of one bit, as a mask. */
  readonly bit: (register: string, field: string) => number;
  readonly write: (name: string, data: number) => string;
  /** Reads and compares the bits of the mask. */
  readonly read: (name: string, data: number, mask?: number) => string;
  /** Waits until the interrupt is high or low. */
  readonly interrupt: (level: 0 | 1) => string;
}

/** Lines for the registers of a table. Throws where it has no such register or field. */
export function registerScript(table: RegisterTable): RegisterScript {
  const offsets = new Map(registerWords(table).map(({ name, offset }) => [name, offset]));
  const offset = (name: string): number => {
    const found = offsets.get(name);
    if (found === undefined) throw new Error(`${table.name} has no register ${name}`);
    return found;
  };
  const bit = (register: string, name: string): number => {
    const field = table.registers.find((each) => each.name === register)?.fields.find((each) => each.name === name);
    if (field === undefined) throw new Error(`${table.name} has no field ${register}.${name}`);
    return 2 ** field.low;
  };
  const line = (op: number, address: number, data: number, mask: number): string =>
    `${op} ${hex(address, 3)} ${hex(data, 8)} ${hex(mask, 8)}\n`;
  return {
    ...{ offset, bit },
    write: (name, data) => line(0, offset(name), data, allBits),
    read: (name, data, mask = allBits) => line(1, offset(name), data, mask),
    interrupt: (level) => line(3, 0, level, 1),
  };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
