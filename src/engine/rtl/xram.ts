import {
  type Bool,
  bool,
  type Builder,
  cat,
  defineModule,
  indexWidth,
  input,
  natEq,
  type NatExpr,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  type Sig,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../hdl/index.js';
import { LaneRam } from '../../blocks/memory/lane-ram.js';

/** Banks that the first stage of a multiplexer chooses from. */
const REACH = 8;

/** X-RAM: M banks that G slices read side by side, each from a bank of its own, and that the writer fills D at a time. */
export const EngineXram = defineModule({
  name: 'engine_xram',
  doc: `X-RAM of M banks: a word for each of G slices, or of every bank, in every cycle

Slice g reads the word at slice_address of bank slice_bank; word g shows it 4 cycles later. Slices never
read one bank in the same cycle; conflict rises and stays if they do. With all every bank is read at
all_address instead, seen at bank_words 2 cycles later. Banks write_group * D .. + D - 1 take the lanes
of write_data; a read that is asked for in the next cycle or later sees them.
With ADD a group of D banks may be asked for beside the slices: group_served says that none of its banks is
read otherwise, and group_valid shows its words 3 cycles later.
Latency 4 cycles (address, read, ${REACH} banks to 1, all to 1) for slices, 2 for banks, 3 for groups; nothing ever waits.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    G: natParam({ default: 2, min: 1, doc: 'slices' }),
    M: natParam({ default: 4, min: 1, doc: 'banks' }),
    D: natParam({ default: 1, min: 1, doc: 'banks that are written in a cycle; divides M' }),
    XB: natParam({ default: 8, min: 1, doc: 'bits of a pixel' }),
    XD: natParam({ default: 1024, min: 2, doc: 'words of a bank' }),
    ADD: natParam({ default: 0, min: 0, max: 1, doc: '1: groups of banks are read too' }),
  },
  requires: ({ M, D, ADD }) => [
    requirement(natGe(1, ADD), 'an option is 0 or 1'),
    requirement(natEq(M.div(D).times(D), M), 'D divides M'),
    // Always so; stated for the proof that every bank is in a set.
    requirement(natGe(M.ceilDiv(REACH).times(REACH), M), 'every bank is in a set'),
  ],
  ports: ({ P, G, M, D, XB, XD }) => ({
    slice_read: input(vec(G, bool())),
    slice_bank: input(vec(G, uint(indexWidth(M)))),
    slice_address: input(vec(G, uint(indexWidth(XD)))),
    all_read: input(bool(), 'not in the same cycle as a slice'),
    all_address: input(uint(indexWidth(XD))),
    group_read: input(bool(), 'the words of a bank group are asked for'),
    group_group: input(uint(indexWidth(M.div(D)))),
    group_address: input(uint(indexWidth(XD))),
    group_served: output(bool(), 'they will come: no slice reads one of its banks'),
    write_valid: input(bool()),
    write_group: input(uint(indexWidth(M.div(D)))),
    write_address: input(uint(indexWidth(XD))),
    write_lanes: input(vec(P, bool()), 'pixels of a word that are written'),
    write_data: input(uint(D.times(P).times(XB))),
    words: output(vec(G, uint(P.times(XB))), 'of the slices'),
    bank_words: output(vec(M, uint(P.times(XB))), 'of all banks'),
    group_valid: output(bool(), 'the words of a group that was served'),
    group_words: output(uint(D.times(P).times(XB)), 'bank 0 of the group lowest'),
    conflict: output(bool(), 'a bank was asked for two words in one cycle'),
  }),
  body(b, io, { P, G, M, D, XB, XD, ADD }) {
    const BANK_W = b.localparam('BANK_W', indexWidth(M));
    const ADDRESS_W = b.localparam('ADDRESS_W', indexWidth(XD));
    const WORD_W = b.localparam('WORD_W', P.times(XB));
    const SETS = b.localparam('SETS', M.ceilDiv(REACH), `sets of ${REACH} banks`);

    b.comment('writes are decoded a cycle before they reach the banks');
    const w = b.regs({
      writeValid: bool().reset(0),
      writeGroup: uint(indexWidth(M.div(D))),
      writeAddress: uint(ADDRESS_W),
      writeLanes: vec(P, bool()),
      writeData: vec(D.times(P), uint(XB)),
    });
    b.next(w.writeValid, io.write_valid);
    b.next(w.writeGroup, io.write_group);
    b.next(w.writeAddress, io.write_address);
    b.next(w.writeLanes, io.write_lanes);
    b.next(w.writeData, io.write_data.unpack(vec(D.times(P), uint(XB))));

    b.comment('banks: what each is asked for, and its words');
    const words = b.wire('bankWord', vec(SETS.times(REACH), uint(WORD_W)));
    const clashes = b.wire('clash', vec(M, bool()));
    const asked = b.wire('asked', vec(M.div(D), vec(D, bool())).doc('banks that slices read, or all'));
    const members = b.wire('member', vec(M.div(D), vec(D, uint(WORD_W))).doc('words of the banks, group by group'));
    const served = b.wire('served', vec(M.div(D), bool()).doc('groups that are read beside the slices'));
    b.genFor('group', M.div(D), (k) => {
      const chosen = b.let('chosen', w.writeValid.and(w.writeGroup.eq(b.constant(uint(indexWidth(M.div(D))), k))));
      b.genFor('bank', D, (d) => {
        const bank = k.times(D).plus(d);
        const hits = b.wire('hit', vec(G, bool()));
        const wanted = b.wire('wanted', vec(G.plus(1), uint(ADDRESS_W)));
        const data = b.wire('data', vec(P, uint(XB)));
        const r = b.regs({ read: bool().reset(0), address: uint(ADDRESS_W) });
        b.assign(wanted.at(0), io.all_read.mux(io.all_address, b.constant(uint(ADDRESS_W), 0)));
        b.genFor('slice', G, (g) => {
          b.assign(hits.at(g), io.slice_read.at(g).and(io.slice_bank.at(g).eq(b.constant(uint(BANK_W), bank))));
          const asked = hits.at(g).mux(io.slice_address.at(g), b.constant(uint(ADDRESS_W), 0));
          b.assign(wanted.at(g.plus(1)), wanted.at(g).or(asked));
        });
        b.genFor('pixel', P, (p) => b.assign(data.at(p), w.writeData.at(d.times(P).plus(p))));
        b.assign(asked.at(k).at(d), hits.any().or(io.all_read));
        b.next(r.read, hits.any().or(io.all_read).or(served.at(k)));
        b.next(r.address, wanted.at(G).or(served.at(k).mux(io.group_address, b.constant(uint(ADDRESS_W), 0))));
        b.assign(clashes.at(bank), hits.pack().popcount().gt(1));
        b.instance(
          'bank',
          LaneRam,
          { LANES: P, W: XB, DEPTH: XD },
          {
            ...{ rd_en: r.read, rd_addr: r.address, rd_data: words.at(bank) },
            ...{ wr_en: chosen, wr_addr: w.writeAddress, wr_lanes: w.writeLanes, wr_data: data },
          },
        );
        b.assign(io.bank_words.at(bank), words.at(bank));
        b.assign(members.at(k).at(d), words.at(bank));
      });
    });
    readGroups(b, io, asked, served, members, { P, M, D, XB, ADD });
    b.genFor('absent', SETS.times(REACH).minus(M), (k) => b.assign(words.at(M.plus(k)), 0));
    const conflict = b.reg('conflict', bool().reset(0));
    b.when(clashes.any(), () => b.next(conflict, 1));
    b.assign(io.conflict, conflict);

    b.comment(`from ${REACH} banks to one, then from all; the bank of a slice travels beside its word`);
    b.genFor('mux', G, (g) => {
      const bank = b.regs({ bank0: uint(BANK_W), bank1: uint(BANK_W), bank2: uint(BANK_W) });
      const part = b.reg('part', vec(SETS, uint(WORD_W)));
      const word = b.reg('sliceWord', uint(WORD_W));
      b.next(bank.bank0, io.slice_bank.at(g));
      b.next(bank.bank1, bank.bank0);
      b.next(bank.bank2, bank.bank1);
      const low = b.let('low', bank.bank1.extend(BANK_W.plus(3)).truncate(3));
      b.genFor('set', SETS, (k) => {
        const members = b.wire('members', vec(REACH, uint(WORD_W)));
        b.genFor('member', REACH, (n) => b.assign(members.at(n), words.at(k.times(REACH).plus(n))));
        b.next(part.at(k), members.select(low));
      });
      b.next(word, part.select(bank.bank2.shr(3)));
      b.assign(io.words.at(g), word);
    });
  },
});

interface GroupPorts {
  readonly group_read: Sig<Bool>;
  readonly group_group: Sig<UInt>;
  readonly group_address: Sig<UInt>;
  readonly group_served: Sig<Bool>;
  readonly group_valid: Sig<Bool>;
  readonly group_words: Sig<UInt>;
}

/** Bank groups in the cycles in which slices do not read them. */
function readGroups(
  b: Builder,
  io: GroupPorts,
  asked: Sig<Vec<Vec<Bool>>>,
  served: Sig<Vec<Bool>>,
  members: Sig<Vec<Vec<UInt>>>,
  { P, M, D, XB, ADD }: Readonly<Record<'P' | 'M' | 'D' | 'XB' | 'ADD', NatExpr>>,
): void {
  const GROUPS = M.div(D);
  const G_W = indexWidth(GROUPS);
  b.genIf(
    'groups',
    natGt(ADD, 0),
    () => {
      b.comment('bank groups in cycles in which no slice reads them');
      b.genFor('grant', GROUPS, (k) => {
        const own = io.group_read.and(io.group_group.eq(b.constant(uint(G_W), k)));
        b.assign(served.at(k), own.and(asked.at(k).any().not()));
      });
      const line = b.regs({
        servedLater: uint(3).reset(0).doc('requests on their way, the newest in bit 0'),
        groupRead: uint(G_W).doc('group whose banks are being read'),
        groupShown: uint(G_W).doc('group whose words the banks show'),
        groupWords: uint(D.times(P).times(XB)),
      });
      b.next(line.servedLater, cat(line.servedLater.bits(0, 2), served.any().asUInt()));
      b.next(line.groupRead, io.group_group);
      b.next(line.groupShown, line.groupRead);
      b.next(line.groupWords, members.select(line.groupShown).pack());
      b.assign(io.group_served, served.any());
      b.assign(io.group_valid, line.servedLater.bit(2));
      b.assign(io.group_words, line.groupWords);
    },
    () => {
      b.genFor('never', GROUPS, (k) => b.assign(served.at(k), 0));
      b.assign(io.group_served, 0);
      b.assign(io.group_valid, 0);
      b.assign(io.group_words, 0);
      b.unused('notAsked', cat(io.group_read.asUInt(), io.group_group, io.group_address, asked.pack(), members.pack()));
    },
  );
}
