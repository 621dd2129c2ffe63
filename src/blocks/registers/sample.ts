/** A small map with every kind of field, for tests and `emit`. */
import type { RegisterTable } from './register-table.js';

export const sampleRegisters: RegisterTable = {
  name: 'sample',
  doc: 'a register of every kind',
  addressBits: 8,
  registers: [
    {
      ...{ name: 'CTRL', offset: 0, doc: 'control' },
      fields: [
        { name: 'START', low: 0, width: 1, access: 'w1s', doc: 'set by software, cleared by hardware' },
        { name: 'DONE', low: 1, width: 1, access: 'rc', doc: 'set by hardware, cleared by a read' },
        { name: 'MODE', low: 6, width: 5, access: 'rw', reset: 9, doc: 'over two bytes' },
      ],
    },
    {
      ...{ name: 'EVENTS', offset: 4, doc: 'what has happened' },
      fields: [
        { name: 'FIRST', low: 0, width: 1, access: 'w1c', doc: 'cleared by writing 1' },
        { name: 'OTHER', low: 31, width: 1, access: 'w1t', doc: 'toggled by writing 1' },
      ],
    },
    {
      ...{ name: 'ID', offset: 8, doc: 'a constant' },
      fields: [{ name: 'ID', low: 0, width: 32, access: 'constant', reset: 0x48454444, doc: 'four letters' }],
    },
    {
      ...{ name: 'SCRATCH', offset: 12, doc: 'free' },
      fields: [{ name: 'SCRATCH', low: 0, width: 32, access: 'rw', doc: 'nobody looks at it' }],
    },
    {
      ...{ name: 'COMMAND', offset: 16, doc: 'pulses' },
      fields: [
        { name: 'SNAPSHOT', low: 0, width: 1, access: 'pulse', doc: 'copies the counters' },
        { name: 'CLEAR', low: 9, width: 1, access: 'pulse', doc: 'sets them to 0' },
      ],
    },
    {
      ...{ name: 'STATUS', offset: 20, doc: 'state' },
      fields: [
        { name: 'LEVEL', low: 3, width: 5, access: 'ro', doc: 'some bits', values: { low: 0, half_full: 16 } },
        { name: 'HIGH', low: 30, width: 1, access: 'ro', doc: 'one bit' },
      ],
    },
    {
      ...{ name: 'WINDOW', offset: 24, count: 3, doc: 'three words' },
      fields: [{ name: 'WINDOW', low: 0, width: 32, access: 'ro', doc: 'of hardware' }],
    },
  ],
  counters: {
    ...{ offset: 64, snapshot: 'COMMAND.SNAPSHOT', clear: 'COMMAND.CLEAR' },
    list: [
      { name: 'CYCLES', doc: 'cycles' },
      { name: 'BEATS', doc: 'beats' },
    ],
  },
};
