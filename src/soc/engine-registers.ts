/** Register map of the memory-mapped engine: that of the engine, and where its lists of transfers lie. */
import type { RegisterTable } from '../blocks/registers/index.js';
import { engineErrorCodes, engineErrorPorts, engineRegisters } from '../engine/registers.js';
import { address, memoryErrorDoc, memoryErrorNames, memoryRegisters, word } from './memory-registers.js';

export const engineMappedRegisters: RegisterTable = {
  ...engineRegisters,
  name: 'engine_mapped',
  doc: 'registers of the engine with its data in memory',
  registers: [
    ...engineRegisters.registers.map((register) =>
      register.name === 'ERROR'
        ? {
            ...register,
            fields: register.fields.map((field) => {
              if (field.name === 'CODE') {
                const values = { ...engineErrorCodes, ...memoryErrorNames };
                return { ...field, doc: `${field.doc}, ${memoryErrorDoc}`, values };
              }
              return field.name === 'PORT'
                ? {
                    ...{ ...field, doc: '0 the engine itself, 1 weights, 2 pixels, 3 results' },
                    values: { ...engineErrorPorts, results: 3 },
                  }
                : field;
            }),
          }
        : register,
    ),
    ...memoryRegisters('engine'),
    ...address('BUFFER', 0x190, 'where byte 0 of dma.json lies'),
    word('LIST_W', 0x198, 'list of the weight packets, bytes from BUFFER'),
    word('LIST_X', 0x19c, 'list of the pixel packets, bytes from BUFFER'),
    word('LIST_Y', 0x1a0, 'list of the result packets, bytes from BUFFER'),
  ],
};
