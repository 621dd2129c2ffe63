import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { AxiReadMaster, axiReadPorts, packedBeat, readSide } from '../blocks/axi/index.js';
import {
  bool,
  bundle,
  defineModule,
  input,
  nat,
  natEq,
  natGe,
  type NatExpr,
  natParam,
  output,
  requirement,
  source,
  uint,
} from '../hdl/index.js';
import { ListTransfers } from './list-transfers.js';

/** Sizes of a list reader or writer: 32-bit words of a beat, and those of its masters. */
export const listParams = {
  ADDR_W: natParam({ default: 40, min: 33, doc: 'bits of a byte address' }),
  WORDS: natParam({ default: 2, min: 1, max: 8, doc: '32-bit words of a beat: 1, 2, 4 or 8' }),
};

/** Bits of the bytes of a transfer. */
export const LIST_LEN_W = 32;
/** Bursts of at most 16 beats, 8 under way, and what the buffer holds. */
export const listMaster = { LEN_W: LIST_LEN_W, BURST: 16, OUTSTANDING: 8, DEPTH: 64 };

/** The limits stand in front: proofs about instances look for them first. */
export const listRequires = ({ ADDR_W, WORDS }: Readonly<Record<'ADDR_W' | 'WORDS', NatExpr>>) => [
  requirement(natGe(8, WORDS), 'limit of WORDS'),
  requirement(natGe(128, WORDS.times(4)), 'limit of a beat'),
  requirement(natGe(4096, nat(listMaster.BURST).times(WORDS.times(4))), 'a burst lies in 4 KB'),
  requirement(natGe(ADDR_W, 33), 'limit of ADDR_W'),
  requirement(natEq(nat(256).mod(WORDS.times(4)), 0), 'WORDS is a power of two'),
];

/** What a list in memory says, as packets of a stream. */
export const ListReader = defineModule({
  name: 'list_reader',
  doc: `packets from memory as a list in memory says: an AXI4 read master for the list and the data

flush, busy and error as axi_read_master; see list_transfers.`,
  params: listParams,
  requires: listRequires,
  ports: ({ ADDR_W, WORDS }) => ({
    flush: input(bool(), 'everything is given up'),
    cache: input(uint(4)),
    prot: input(uint(3)),
    start: input(bool(), 'takes buffer and list'),
    buffer: input(uint(ADDR_W)),
    first: input(uint(32)),
    arrived: input(uint(16), 'packets of results in memory'),
    ...axiReadPorts({ ADDR_W, BYTES: WORDS.times(4) }),
    m_axis: source(bundle({ tdata: uint(WORDS.times(32)), tlast: bool() })),
    busy: output(bool(), 'a burst is under way'),
    error: output(uint(2)),
    error_addr: output(uint(ADDR_W)),
    bad: output(bool(), 'an entry is wrong'),
  }),
  body(b, io, { ADDR_W, WORDS }) {
    const BYTES = WORDS.times(4);
    const live = b.reg('live', bool().reset(0).doc('reset of the list'));
    b.next(live, io.flush.not());
    const command = b.stream('command', byteCommand(ADDR_W, nat(LIST_LEN_W)));
    const asked = b.stream('asked', byteCommand(ADDR_W, nat(LIST_LEN_W)));
    const packed = b.stream('packed', packedBeat(BYTES));
    const beat = bundle({ tdata: uint(WORDS.times(32)), tlast: bool() });
    const [came, goes] = [b.stream('came', beat), b.stream('goes', beat)];
    b.instance(
      'list',
      ListTransfers,
      { ADDR_W, LEN_W: LIST_LEN_W, WORDS },
      {
        ...{ start: io.start, buffer: io.buffer, first: io.first, arrived: io.arrived, m_cmd: asked, s_axis: came },
        ...{ m_axis: goes, bad: io.bad },
      },
      { reset: live },
    );
    b.assign(command.valid, asked.valid.and(live));
    b.assign(asked.ready, command.ready.and(live));
    b.assign(command.data.addr, asked.data.addr);
    b.assign(command.data.bytes, asked.data.bytes);
    b.assign(command.data.last, asked.data.last);
    b.instance('master', AxiReadMaster, { ADDR_W, BYTES, ...listMaster }, {
      ...readSide(io),
      ...{ flush: io.flush, cache: io.cache, prot: io.prot, s_cmd: command, m_axis: packed },
      ...{ busy: io.busy, error: io.error, error_addr: io.error_addr },
    } as never);
    b.unused('keep', packed.data.tkeep);
    b.assign(came.valid, packed.valid.and(live));
    b.assign(packed.ready, came.ready.and(live));
    b.assign(came.data.tdata, packed.data.tdata);
    b.assign(came.data.tlast, packed.data.tlast);
    b.assign(io.m_axis.valid, goes.valid.and(live));
    b.assign(goes.ready, io.m_axis.ready.and(live));
    b.assign(io.m_axis.data.tdata, goes.data.tdata);
    b.assign(io.m_axis.data.tlast, goes.data.tlast);
  },
});
