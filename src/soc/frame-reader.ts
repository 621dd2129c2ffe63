import { AxiReadMaster, axiReadPorts, packedBeat, readSide } from '../blocks/axi/index.js';
import { masterParams, masterRequires } from '../blocks/axi/axi-read-master.js';
import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { Gearbox } from '../blocks/stream/index.js';
import { bool, bundle, defineModule, input, type NatExpr, natParam, output, sink, source, uint } from '../hdl/index.js';

/** Frames from memory to beats of any width. */
const make = (geared: boolean) =>
  defineModule({
    name: geared ? 'frame_reader_geared' : 'frame_reader',
    doc: `frames from memory: an AXI4 read master, and its beats of BYTES bytes as beats of OUT bytes

A frame begins with a beat of its own. last says that the beat on offer is the last of its frame: what is left of
the beat in memory is dropped. flush, busy and error as axi_read_master.`,
    params: {
      ...masterParams,
      ...(geared ? { OUT: natParam({ default: 8, min: 1, max: 512, doc: 'bytes of an output beat' }) } : {}),
    },
    requires: masterRequires,
    ports: (p) => ({
      flush: input(bool(), 'everything is given up'),
      cache: input(uint(4)),
      prot: input(uint(3)),
      s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
      ...axiReadPorts(p),
      m_axis: source(uint(streamBytes(p).times(8))),
      last: input(bool(), 'the beat on offer is the last of its frame'),
      busy: output(bool(), 'a burst is under way'),
      error: output(uint(2), 'response of the first beat that failed, else 0'),
      error_addr: output(uint(p.ADDR_W)),
    }),
    body(b, io, all) {
      const { OUT: _, ...p } = all as typeof all & { readonly OUT?: NatExpr };
      const OUT = streamBytes(all);
      const packed = b.stream('packed', packedBeat(p.BYTES));
      b.instance('master', AxiReadMaster, p, {
        ...readSide(io),
        ...{ flush: io.flush, cache: io.cache, prot: io.prot, s_cmd: io.s_cmd, m_axis: packed },
        ...{ busy: io.busy, error: io.error, error_addr: io.error_addr },
      } as never);
      b.unused('keep', packed.data.tkeep);
      const live = b.reg('live', bool().reset(0).doc('reset of the gearbox'));
      b.next(live, io.flush.not());
      if (!geared) {
        b.assign(io.m_axis.valid, packed.valid);
        b.assign(packed.ready, io.m_axis.ready);
        b.assign(io.m_axis.data, packed.data.tdata);
        b.unused('last', packed.data.tlast.or(io.last).or(live));
      } else {
        const beat = (width: typeof OUT) => bundle({ tdata: uint(width.times(8)), tlast: bool(), tuser: bool() });
        const [wide, out] = [b.stream('wide', beat(p.BYTES)), b.stream('out', beat(OUT))];
        b.assign(wide.valid, packed.valid.and(live));
        b.assign(packed.ready, wide.ready.and(live));
        b.assign(wide.data.tdata, packed.data.tdata);
        b.assign(wide.data.tlast, packed.data.tlast);
        b.assign(wide.data.tuser, 0);
        b.instance(
          'gearbox',
          Gearbox,
          { UNIT: 8, IN: p.BYTES, OUT },
          { s_axis: wide, m_axis: out, drop: io.last },
          { reset: live },
        );
        b.assign(io.m_axis.valid, out.valid.and(live));
        b.assign(out.ready, io.m_axis.ready.and(live));
        b.assign(io.m_axis.data, out.data.tdata);
        b.unused('end', out.data.tlast.or(out.data.tuser));
      }
    },
  });

/** Beats of memory as they are, or of another width. */
export const FrameReader = { same: make(false), geared: make(true) } as const;

/** Bytes of a beat of the stream. */
const streamBytes = (p: object): NatExpr => {
  const { BYTES, OUT } = p as { readonly BYTES: NatExpr; readonly OUT?: NatExpr };
  return OUT ?? BYTES;
};
