import { defineModule, indexWidth, natGe, natParam, requirement } from '../../hdl/index.js';
import { AccessMemory } from './access-memory.js';
import { accessRequest, accessResponse } from './access-port.js';
import { axiLitePorts } from './axi-lite-ports.js';
import { AxiLiteSubordinate } from './axi-lite-subordinate.js';

/** A memory on an AXI4-Lite bus; the shortest example of `AxiLiteSubordinate` with something behind it. */
export const AxiLiteMemory = defineModule({
  name: 'axi_lite_memory',
  doc: `memory of 32-bit words on an AXI4-Lite bus

SLVERR beyond the last word. No combinational path from any input to any output. A word read leaves
4 cycles after its address was taken; an access every cycle.`,
  params: {
    ADDR_W: natParam({ default: 12, min: 3, doc: 'bits of a byte address' }),
    WORDS: natParam({ default: 64, min: 1, doc: 'words' }),
    OUTSTANDING: natParam({ default: 4, min: 1, doc: 'reads under way at most, and writes' }),
  },
  requires: ({ ADDR_W, WORDS }) => [
    requirement(natGe(ADDR_W.minus(2), indexWidth(WORDS)), 'every word has an address'),
  ],
  ports: ({ ADDR_W }) => axiLitePorts(ADDR_W),
  body(b, io, { ADDR_W, WORDS, OUTSTANDING }) {
    const req = b.stream('req', accessRequest(ADDR_W.minus(2)));
    const rsp = b.stream('rsp', accessResponse());
    b.instance('bus', AxiLiteSubordinate, { ADDR_W, OUTSTANDING }, { ...io, m_req: req, s_rsp: rsp });
    b.instance('memory', AccessMemory, { ADDR_W: ADDR_W.minus(2), WORDS }, { s_req: req, m_rsp: rsp });
  },
});
