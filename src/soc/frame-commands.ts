import { bool, defineModule, input, natParam, source, uint } from '../hdl/index.js';
import { byteCommand } from '../blocks/axi/axi-transfer.js';

/** Transfers of frames that lie behind each other in memory. */
export const FrameCommands = defineModule({
  name: 'frame_commands',
  doc: `a command for every frame of BYTES bytes, from an address on

start takes address and number of frames, clear forgets those that are left. The first command is on offer 1
cycle behind start, one every cycle. Cuts tvalid.`,
  params: {
    ADDR_W: natParam({ default: 40, min: 20, doc: 'bits of a byte address' }),
    LEN_W: natParam({ default: 32, min: 20, doc: 'bits of the bytes of a transfer' }),
    BYTES: natParam({ default: 64, min: 1, max: 2 ** 20 - 1, doc: 'bytes of a frame' }),
  },
  ports: ({ ADDR_W, LEN_W }) => ({
    start: input(bool(), 'takes address and frames'),
    clear: input(bool(), 'no more commands'),
    address: input(uint(ADDR_W), 'first byte of the first frame'),
    frames: input(uint(32)),
    m_cmd: source(byteCommand(ADDR_W, LEN_W)),
  }),
  body(b, { m_cmd: m, ...io }, { ADDR_W, LEN_W, BYTES }) {
    const r = b.regs({ left: uint(32).reset(0).doc('frames without a command'), address: uint(ADDR_W) });
    b.assign(m.valid, r.left.ne(0));
    b.assign(m.data.addr, r.address);
    b.assign(m.data.bytes, b.constant(uint(LEN_W), BYTES));
    b.assign(m.data.last, 1);
    b.when(io.clear, () => b.next(r.left, 0))
      .elseWhen(io.start, () => b.next(r.left, io.frames))
      .elseWhen(m.fire, () => b.next(r.left, r.left.dec()));
    b.when(io.start, () => b.next(r.address, io.address)).elseWhen(m.fire, () =>
      b.next(r.address, r.address.addWrap(b.constant(uint(ADDR_W), BYTES))),
    );
  },
});
