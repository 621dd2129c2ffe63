import { AxiWriteMaster, axiWritePorts, writeSide } from '../blocks/axi/index.js';
import { masterParams, masterRequires } from '../blocks/axi/axi-read-master.js';
import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { Gearbox } from '../blocks/stream/index.js';
import { bool, bundle, defineModule, input, type NatExpr, natParam, output, sink, uint } from '../hdl/index.js';

/** Frames of beats of any width to memory. */
const make = (geared: boolean) =>
  defineModule({
    name: geared ? 'frame_writer_geared' : 'frame_writer',
    doc: `frames to memory: beats of IN bytes as beats of BYTES bytes, and an AXI4 write master

tlast ends a frame; the next one begins with a beat of its own. done is high for a cycle for every frame that is
in memory. flush, busy and error as axi_write_master.`,
    params: {
      ...masterParams,
      ...(geared ? { IN: natParam({ default: 8, min: 1, max: 512, doc: 'bytes of an input beat' }) } : {}),
    },
    requires: masterRequires,
    ports: (p) => ({
      flush: input(bool(), 'everything is given up'),
      cache: input(uint(4)),
      prot: input(uint(3)),
      s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
      s_axis: sink(bundle({ tdata: uint(streamBytes(p).times(8)), tlast: bool() })),
      ...axiWritePorts(p),
      done: output(bool(), 'a frame is in memory'),
      busy: output(bool(), 'a burst is under way'),
      error: output(uint(2), 'response of the first burst that failed, else 0'),
      error_addr: output(uint(p.ADDR_W)),
    }),
    body(b, io, all) {
      const { IN: _, ...p } = all as typeof all & { readonly IN?: NatExpr };
      const IN = streamBytes(all);
      const packed = b.stream('packed', uint(p.BYTES.times(8)));
      b.instance('master', AxiWriteMaster, p, {
        ...writeSide(io),
        ...{ flush: io.flush, cache: io.cache, prot: io.prot, s_cmd: io.s_cmd, s_axis: packed },
        ...{ done: io.done, busy: io.busy, error: io.error, error_addr: io.error_addr },
      } as never);
      const live = b.reg('live', bool().reset(0).doc('reset of the gearbox'));
      b.next(live, io.flush.not());
      if (!geared) {
        b.assign(packed.valid, io.s_axis.valid);
        b.assign(io.s_axis.ready, packed.ready);
        b.assign(packed.data, io.s_axis.data.tdata);
        b.unused('last', io.s_axis.data.tlast.or(live));
      } else {
        const beat = (width: typeof IN) => bundle({ tdata: uint(width.times(8)), tlast: bool(), tuser: bool() });
        const [narrow, out] = [b.stream('narrow', beat(IN)), b.stream('out', beat(p.BYTES))];
        b.assign(narrow.valid, io.s_axis.valid.and(live));
        b.assign(io.s_axis.ready, narrow.ready.and(live));
        b.assign(narrow.data.tdata, io.s_axis.data.tdata);
        b.assign(narrow.data.tlast, io.s_axis.data.tlast);
        b.assign(narrow.data.tuser, 0);
        b.instance(
          'gearbox',
          Gearbox,
          { UNIT: 8, IN, OUT: p.BYTES },
          { s_axis: narrow, m_axis: out, drop: b.constant(bool(), 0) },
          { reset: live },
        );
        b.assign(packed.valid, out.valid.and(live));
        b.assign(out.ready, packed.ready.and(live));
        b.assign(packed.data, out.data.tdata);
        b.unused('end', out.data.tlast.or(out.data.tuser));
      }
    },
  });

/** Beats of memory as they are, or of another width. */
export const FrameWriter = { same: make(false), geared: make(true) } as const;

/** Bytes of a beat of the stream. */
const streamBytes = (p: object): NatExpr => {
  const { BYTES, IN } = p as { readonly BYTES: NatExpr; readonly IN?: NatExpr };
  return IN ?? BYTES;
};
