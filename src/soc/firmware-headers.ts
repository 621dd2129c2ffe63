/** Headers of registers that the firmware library is compiled with: the head of every map, and both kinds of map. */
import { headCounters, headRegisters, type RegisterTable, ro } from '../blocks/registers/index.js';
import { registerHeader } from './c-header.js';
import { dataflowRegisters } from './dataflow-registers.js';
import { engineMappedRegisters } from './engine-registers.js';

/** What all maps have at the same places; ID, STATUS and ERROR differ, and stand in the headers of their kind. */
const head: RegisterTable = {
  name: 'heddle',
  doc: 'registers that every accelerator has',
  addressBits: 12,
  registers: headRegisters({
    what: 'accelerator',
    id: { value: 0, letters: 'differs' },
    resets: 'while 1 nothing runs',
    status: [ro('STATE', 0, 3, '0 idle, 2 run, 3 failed, 4 in reset')],
    error: [ro('CODE', 0, 4, '0: none'), ro('PORT', 8, 2, 'where')],
    place: { doc: 'how far it was', fields: [ro('PLACE', 0, 32, 'differs')] },
  }),
  counters: headCounters([]),
};

/** Texts by name; they lie in `fpga/firmware`. */
export function firmwareHeaders(): ReadonlyMap<string, string> {
  return new Map([
    ['heddle_registers.h', registerHeader(head, 'HEDDLE')],
    [
      'heddle_dataflow_registers.h',
      registerHeader(dataflowRegisters({ memory: 'mapped', programmable: true }), 'HEDDLE_DATAFLOW'),
    ],
    ['heddle_engine_registers.h', registerHeader(engineMappedRegisters, 'HEDDLE_ENGINE')],
  ]);
}
