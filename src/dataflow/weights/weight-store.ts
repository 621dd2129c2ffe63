import {
  type Bool,
  bool,
  type Builder,
  cat,
  defineModule,
  imageParam,
  indexWidth,
  input,
  natGe,
  requirement,
  type NatExpr,
  natParam,
  output,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { accessRequest, accessResponse } from '../../blocks/axi/access-port.js';

/** Numbers of the registers: their word addresses. */
export const storeRegisters = { CONTROL: 0, STATUS: 1, FRAME: 2, AT: 3 } as const;

/** Pieces of 32 bits in a word of `W` bits. */
export const piecesOf = (W: NatExpr): NatExpr => W.plus(31).div(32);
/** What lets the kit see that the pieces cover a word. */
export const storeRequirement = (W: NatExpr) => requirement(natGe(piecesOf(W).times(32), W), 'the pieces cover a word');
/** Bits of the word address of a store's access port: the upper half are the weights, the lower half the registers. */
export const storeAddressWidth = (W: NatExpr, WORDS: NatExpr): NatExpr =>
  indexWidth(WORDS)
    .plus(indexWidth(piecesOf(W)))
    .plus(1);

/** Ports that all modules with a store have. */
export const storePorts = ({ W, WORDS }: Readonly<Record<'W' | 'WORDS', NatExpr>>) => ({
  s_req: sink(accessRequest(storeAddressWidth(W, WORDS)), 'reads and writes of registers and weights'),
  m_rsp: source(accessResponse()),
});

export const storeDoc = `Two banks: the unit reads the active one, the access port reads and writes the other one. A commit
swaps them between two frames of FRAME reads, so that no frame sees words of both.
Word addresses, upper half: bits 32 p + 31 .. 32 p of word n are at 2^PIECE_W * n + p. Lower half:
 0 CONTROL: bit 0 commits; bit 1: not before frame AT; 0 withdraws. Reads as what still waits.
 1 STATUS, read only: bit 0, a commit waits; bit 1, the active bank.
 2 FRAME, read only: frames begun since reset, which is the number of the next one.
 3 AT: the first frame that a commit with bit 1 is for; a later one where AT has begun.
While a commit waits, every write but that of 0 to CONTROL is refused with an error, so the bank
that is not active holds what was committed. Errors also: writes of read only registers, addresses
of nothing. A commit waits for an access to weights that is under way. Reset keeps the words.`;

/** Weights that are written at run time, for a reader that addresses them. */
export const WeightStore = defineModule({
  name: 'weight_store',
  doc: `weights that are written at run time, in two banks with the contents of WEIGHTS at the start

${storeDoc}
rd_data is word rd_addr one cycle after rd_en and stays until the next rd_en. An access takes two
cycles. No path from any input to any output but m_rsp_tready to s_req_tready.`,
  params: {
    W: natParam({ default: 32, min: 1, doc: 'bits of a word' }),
    WORDS: natParam({ default: 16, min: 1, doc: 'words' }),
    FRAME: natParam({ default: 16, min: 1, doc: 'reads of a frame' }),
    WEIGHTS: imageParam('contents of both banks at the start, WORDS words of W bits'),
  },
  requires: ({ W }) => [storeRequirement(W)],
  ports: (sizes) => ({
    ...storePorts(sizes),
    rd_en: input(bool(), 'reads a word of the active bank'),
    rd_addr: input(uint(indexWidth(sizes.WORDS))),
    rd_data: output(uint(sizes.W)),
  }),
  body(b, io, { W, WORDS, FRAME, WEIGHTS }) {
    const { s_req: req, m_rsp: rsp } = io;
    const INDEX_W = b.localparam('INDEX_W', indexWidth(WORDS));
    const PIECES = b.localparam('PIECES', piecesOf(W), 'pieces of 32 bits in a word');
    const PIECE_W = b.localparam('PIECE_W', indexWidth(PIECES));
    const PAD_W = b.localparam('PAD_W', PIECES.times(32));
    const PLACE_W = b.localparam('PLACE_W', indexWidth(FRAME));
    const BEYOND_W = b.localparam('BEYOND_W', INDEX_W.plus(widthFor(WORDS)));
    const BEYOND_PIECE_W = b.localparam('BEYOND_PIECE_W', PIECE_W.plus(widthFor(PIECES)));

    b.comment('frames, and the swap of the banks between two of them');
    const r = b.regs({
      active: uint(1).reset(0).doc('the bank that is read by the unit'),
      waits: bool().reset(0).doc('a commit waits'),
      waitsAt: bool().reset(0).doc('it waits for frame `at`'),
      at: uint(32).reset(0),
      place: uint(PLACE_W).reset(0).doc('reads made of the current frame'),
      begun: uint(32).reset(0).doc('frames begun'),
    });
    const first = b.let('first', r.place.eq(0));
    const last = b.let('last', r.place.eq(FRAME.minus(1)));
    const next = b.let('next', io.rd_en.and(first).mux(r.begun.inc(), r.begun), 'number of the next frame');
    const between = b.let('between', io.rd_en.mux(last, first), 'the next read begins a frame');
    const reached = b.let('reached', next.subWrap(r.at).bit(31).not(), 'the next frame is `at` or later');
    b.when(io.rd_en, () => {
      b.next(r.place, last.mux(b.constant(uint(PLACE_W), 0), r.place.inc()));
      b.next(r.begun, next);
    });

    b.comment('one access at a time: it is decoded as it is taken and answered in the next cycle');
    const addr = req.data.addr;
    const weights = b.let('weights', addr.bit(INDEX_W.plus(PIECE_W)), 'the upper half');
    const piece = addr.bits(0, PIECE_W);
    const index = b.let('index', addr.bits(PIECE_W, INDEX_W));
    const number = b.let('number', addr.bits(0, INDEX_W.plus(PIECE_W)), 'of a register');
    const a = b.regs({
      busy: bool().reset(0),
      write: bool(),
      error: bool(),
      weights: bool(),
      index: uint(INDEX_W),
      piece: uint(PIECE_W),
      data: uint(32).doc('to be written, or the register read'),
      strobe: uint(4),
    });
    const accept = b.let('accept', req.fire);
    const finish = b.let('finish', rsp.fire);
    const outside = b.let(
      'outside',
      weights.mux(
        index.extend(BEYOND_W).ge(WORDS).or(piece.extend(BEYOND_PIECE_W).ge(PIECES)),
        number.gt(storeRegisters.AT),
      ),
    );
    const isRegister = (which: number): Sig<Bool> => weights.not().and(number.eq(which));
    const withdraws = isRegister(storeRegisters.CONTROL).and(req.data.data.bit(0).not());
    const readOnly = isRegister(storeRegisters.STATUS).or(isRegister(storeRegisters.FRAME));
    const refused = b.let('refused', req.data.write.and(readOnly.or(r.waits.and(withdraws.not()))));
    const fine = b.let('fine', outside.or(refused).not());
    b.assign(req.ready, a.busy.not());
    b.assign(rsp.valid, a.busy);
    b.when(accept, () => b.next(a.busy, 1)).elseWhen(finish, () => b.next(a.busy, 0));
    const status = cat(b.constant(uint(30), 0), r.active, r.waits.asUInt());
    const control = cat(b.constant(uint(30), 0), r.waitsAt.and(r.waits).asUInt(), r.waits.asUInt());
    const register = b.let(
      'register',
      number
        .eq(storeRegisters.CONTROL)
        .mux(control, number.eq(storeRegisters.STATUS).mux(status, number.eq(storeRegisters.FRAME).mux(r.begun, r.at))),
    );
    b.when(accept, () => {
      b.next(a.write, req.data.write);
      b.next(a.error, fine.not());
      b.next(a.weights, weights);
      b.next(a.index, index);
      b.next(a.piece, piece);
      b.next(a.data, req.data.write.mux(req.data.data, register));
      b.next(a.strobe, req.data.strobe);
    });

    b.comment('a swap waits for an access to weights that is under way');
    const touches = accept.and(weights).or(a.busy.and(a.weights));
    const swap = b.let('swap', r.waits.and(between).and(r.waitsAt.not().or(reached)).and(touches.not()));
    const set = b.let('set', accept.and(req.data.write).and(fine));
    b.when(swap, () => {
      b.next(r.active, r.active.not());
      b.next(r.waits, 0);
    }).elseWhen(set.and(isRegister(storeRegisters.CONTROL)), () => {
      b.next(r.waits, req.data.data.bit(0));
      b.next(r.waitsAt, req.data.data.bit(1));
    });
    b.when(set.and(isRegister(storeRegisters.AT)), () => b.next(r.at, req.data.data));

    b.comment('the word of an access, with the piece written where it writes');
    const old = b.wire('old', uint(W));
    const oldPieces = b.let('oldPieces', old.extend(PAD_W).unpack(vec(PIECES, uint(32))));
    const mask = b.wire('mask', vec(4, uint(8)));
    b.genFor('byte', 4, (i) =>
      b.assign(mask.at(i), a.strobe.bit(i).mux(b.constant(uint(8), 255), b.constant(uint(8), 0))),
    );
    const merged = b.wire('merged', vec(PIECES, uint(32)));
    b.genFor('piece', PIECES, (i) => {
      const own = oldPieces.at(i);
      const written = own.and(mask.pack().not()).or(a.data.and(mask.pack()));
      b.assign(merged.at(i), a.piece.eq(i).mux(written, own));
    });
    const word = b.let('word', merged.pack().truncate(W));
    const read = oldPieces.select(a.piece);
    const zero = b.constant(uint(32), 0);
    b.assign(rsp.data.write, a.write);
    b.assign(rsp.data.error, a.error);
    b.assign(rsp.data.data, a.error.or(a.write).mux(zero, a.weights.mux(read, a.data)));
    const write = finish.and(a.write).and(a.weights).and(a.error.not());

    b.comment('a bank has one read port: of the unit while it is active, else of the access port');
    const lookUp = accept.and(weights);
    const banks = [0, 1].map((k) =>
      bank(b, k, {
        ...{ W, WORDS, INDEX_W, image: WEIGHTS },
        isActive: r.active.eq(k),
        unit: { enable: io.rd_en, address: io.rd_addr },
        access: { enable: lookUp, address: index },
        write: { enable: write, address: a.index, data: word },
      }),
    ) as [Sig<UInt>, Sig<UInt>];
    b.assign(old, r.active.eq(0).mux(banks[1], banks[0]));

    b.comment('the word of the unit stays when its bank is no longer active');
    const u = b.regs({ fresh: bool().reset(0), from: uint(1), held: uint(W) });
    const now = b.let('now', u.from.eq(0).mux(banks[0], banks[1]));
    b.next(u.fresh, io.rd_en);
    b.when(io.rd_en, () => b.next(u.from, r.active));
    b.when(u.fresh, () => b.next(u.held, now));
    b.assign(io.rd_data, u.fresh.mux(now, u.held));
  },
});

interface BankPorts {
  readonly W: NatExpr;
  readonly WORDS: NatExpr;
  readonly INDEX_W: NatExpr;
  readonly image: Parameters<Builder['rom']>[3];
  readonly isActive: Sig<Bool>;
  readonly unit: { readonly enable: Sig<Bool>; readonly address: Sig<UInt> };
  readonly access: { readonly enable: Sig<Bool>; readonly address: Sig<UInt> };
  readonly write: { readonly enable: Sig<Bool>; readonly address: Sig<UInt>; readonly data: Sig<UInt> };
}

/** One bank and the register of its read port: a simple dual-port block RAM. */
function bank(b: Builder, k: number, ports: BankPorts): Sig<UInt> {
  const { W, WORDS, isActive, unit, access, write, image } = ports;
  const store = b.memory(`bank_${k}`, uint(W), WORDS, { image });
  const data = b.reg(`data_${k}`, uint(W));
  const enable = b.let(`read_${k}`, isActive.mux(unit.enable, access.enable));
  const address = b.let(`address_${k}`, isActive.mux(unit.address, access.address));
  b.when(enable, () => b.next(data, store.read(address)));
  store.write(write.address, write.data, write.enable.and(isActive.not()));
  return data;
}
