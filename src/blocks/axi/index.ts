export { makeAccessDecoder } from './access-decoder.js';
export { AccessMemory } from './access-memory.js';
export { accessRequest, accessResponse } from './access-port.js';
export { AxiLiteMemory } from './axi-lite-memory.js';
export { axiLitePorts, asStream } from './axi-lite-ports.js';
export { AxiLiteSubordinate } from './axi-lite-subordinate.js';
