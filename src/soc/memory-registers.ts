/** Registers of the memory side: what every memory-mapped top has from 0x180 on. */
import { field, type Register, ro } from '../blocks/registers/index.js';

/** Values of MEMORY.KIND. Where there is no memory side the address reads as 0. */
export const memoryKinds = { stream: 0, dataflow: 1, engine: 2 } as const;

/** Values of ERROR.CODE that memory sides add to those of the core. */
export const memoryErrorCodes = {
  ...{ readRefused: 9, readNobody: 10, writeRefused: 11, writeNobody: 12, list: 13 },
} as const;

/** Their names for software. */
export const memoryErrorNames = {
  ...{ read_slverr: memoryErrorCodes.readRefused, read_decerr: memoryErrorCodes.readNobody },
  ...{ write_slverr: memoryErrorCodes.writeRefused, write_decerr: memoryErrorCodes.writeNobody },
  list: memoryErrorCodes.list,
} as const;

/** How ERROR.CODE reads where there is a memory side; the codes of the core stand in front. */
export const memoryErrorDoc =
  '9 read SLVERR, 10 read DECERR, 11 write SLVERR, 12 write DECERR, 13 list or weight image';

/** A register that is one word, written by software. */
export const word = (name: string, offset: number, doc: string): Register => ({
  ...{ name, offset, doc },
  fields: [field('VALUE', 0, 32, 'rw', doc)],
});

/** An address in two words. */
export const address = (name: string, offset: number, doc: string): Register[] => [
  word(`${name}_LO`, offset, `${doc}: lower half of the byte address`),
  word(`${name}_HI`, offset + 4, `${doc}: upper half`),
];

/** MEMORY and ERROR_ADDR, 0x180 to 0x188. */
export const memoryRegisters = (kind: keyof typeof memoryKinds): Register[] => [
  {
    ...{ name: 'MEMORY', offset: 0x180, doc: 'how the AXI masters ask' },
    fields: [
      field(
        'KIND',
        0,
        2,
        'constant',
        '1 samples and results in memory, 2 lists of transfers in memory',
        memoryKinds[kind],
      ),
      field('ARCACHE', 4, 4, 'rw', 'of all reads; 15 on coherent ports', 3),
      field('AWCACHE', 8, 4, 'rw', 'of all writes; 15 on coherent ports', 3),
      field('PROT', 12, 3, 'rw', 'of reads and writes'),
    ],
  },
  {
    ...{ name: 'ERROR_ADDR_LO', offset: 0x184, doc: 'where memory refused, lower half of the byte address' },
    fields: [ro('VALUE', 0, 32, 'of the beat of a read, of the first beat of a written burst')],
  },
  {
    ...{ name: 'ERROR_ADDR_HI', offset: 0x188, doc: 'upper half' },
    fields: [ro('VALUE', 0, 32, 'upper half')],
  },
];
