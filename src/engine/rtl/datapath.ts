import {
  type Bool,
  bool,
  type Builder,
  cat,
  defineModule,
  indexWidth,
  input,
  natEq,
  natGe,
  type NatExpr,
  natParam,
  output,
  requirement,
  type Sig,
  sint,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { ISSUE_TO_DRAIN, ISSUE_TO_WEIGHTS, ISSUE_TO_WORD, PRIVATE_READ_DELAY } from '../latency.js';
import { EngineArrayDw, makeArrayDw } from './array-dw.js';
import { EngineArray, gridParams, gridRequirements, makeArray } from './array.js';
import { opCodes } from './channels-dw.js';
import { arraySuffix, type ColumnKind, plainColumns, weightRules } from './column-kind.js';
import { EngineDelay } from './delay.js';
import { laneWidth } from './lane.js';
import { peParams } from './pe.js';
import { ADDRESS_W, GROUPS_W } from './sizes.js';
import { EngineWindows, laneParam } from './windows.js';
import { EngineXram } from './xram.js';

const datapathParams = {
  ...gridParams,
  M: natParam({ default: 4, min: 1, max: 256, doc: 'channels of the output at a time; banks of the X-RAM' }),
  XB: natParam({ default: 8, min: 1, max: 16, doc: 'bits of a pixel' }),
  XU: laneParam,
  WB: peParams.W_W,
  AB: peParams.ACC_W,
  XD: natParam({ default: 1024, min: 2, max: 65536, doc: 'words of a bank of the X-RAM' }),
  ADD: natParam({ default: 0, min: 0, max: 1, doc: '1: words of a residual are read' }),
};
type Sizes = Readonly<Record<keyof typeof datapathParams, NatExpr>>;

/** The ports of the step bundle, the weights, the writer of the X-RAM and the drain. */
const datapathPorts = ({ P, G, M, D, XB, WB, AB, XD }: Sizes) => ({
  step_valid: input(bool(), 'a step; the other step ports mean nothing without it'),
  step_first: input(bool(), 'first step of a tile'),
  step_last: input(bool(), 'last step of a tile'),
  step_op: input(uint(2), '0 dense, 1 depthwise, 2 max, 3 sum'),
  step_tap: input(uint(2), 'what the windows do'),
  step_read: input(bool(), 'live slices read a word'),
  step_live: input(uint(G)),
  step_bank: input(uint(G.times(indexWidth(M)))),
  step_address: input(uint(G.times(ADDRESS_W)), 'slice 0 reads for all banks in a pass that is not dense'),
  step_low: input(uint(widthFor(P)), 'first lane with a pixel of the input'),
  step_high: input(uint(widthFor(P)), 'first lane behind them'),
  step_pad: input(uint(16), 'value of the other lanes, in the low XB bits'),
  step_unsigned: input(bool(), 'pixels are unsigned'),
  step_has_weights: input(bool(), '0: every weight is 1'),
  step_byte: input(uint(indexWidth(G)), 'slice whose weight a depthwise step takes'),
  step_groups: input(uint(GROUPS_W), 'groups that the tile drains'),
  weights: input(uint(M.times(G).times(WB)), `of the step of ${ISSUE_TO_WEIGHTS} cycles ago`),
  write_valid: input(bool()),
  write_group: input(uint(indexWidth(M.div(D)))),
  write_address: input(uint(indexWidth(XD))),
  write_lanes: input(uint(P)),
  write_data: input(uint(D.times(P).times(XB))),
  group_read: input(bool(), 'a group of words of the residual is asked for'),
  group_group: input(uint(indexWidth(M.div(D)))),
  group_address: input(uint(indexWidth(XD))),
  group_served: output(bool(), 'no step reads one of its banks in this cycle'),
  group_valid: output(bool(), 'its words, 3 cycles later'),
  group_words: output(uint(D.times(P).times(XB))),
  drain_valid: output(bool(), 'a group of sums'),
  drain_sums: output(uint(D.times(P).times(AB)), 'pixel p of channel d of the group at d * P + p'),
  conflict: output(bool(), 'two slices asked one bank in a cycle; stays until reset'),
});

/** The ports as a body sees them. */
type DatapathIo = {
  readonly [K in keyof ReturnType<typeof datapathPorts>]: K extends
    | 'step_valid'
    | 'step_first'
    | 'step_last'
    | 'step_read'
    | 'step_unsigned'
    | 'step_has_weights'
    | 'write_valid'
    | 'group_read'
    | 'group_served'
    | 'group_valid'
    | 'drain_valid'
    | 'conflict'
    ? Sig<Bool>
    : Sig<UInt>;
};

/** Values of STEPS cycles ago, each through a delay of its own. */
function delayed<K extends string>(
  b: Builder,
  name: string,
  STEPS: number,
  values: Readonly<Record<K, Sig<UInt>>>,
): Readonly<Record<K, Sig<UInt>>> {
  const entries = Object.entries<Sig<UInt>>(values).map(([key, d]) => {
    const full = `${name}${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    const q = b.wire(full, uint(d.type.width));
    b.instance(full, EngineDelay, { W: d.type.width, STEPS }, { d, q });
    return [key, q] as const;
  });
  return Object.fromEntries(entries) as Record<K, Sig<UInt>>;
}

/** One bit as a number. */
const bit = (value: Sig<Bool>): Sig<UInt> => value.asUInt();

/** Slices of a dense step and the common word of any other: requests to the X-RAM, and the words. */
function readXram(b: Builder, io: DatapathIo, dense: Sig<Bool>, sizes: Sizes) {
  const { P, G, M, D, XB, XD, ADD } = sizes;
  const reads = b.wire('sliceRead', vec(G, bool()));
  const addresses = b.wire('sliceAddress', vec(G, uint(indexWidth(XD))));
  const offered = io.step_address.unpack(vec(G, uint(ADDRESS_W)));
  const reading = b.let('reading', io.step_valid.and(io.step_read).and(dense));
  b.genFor('request', G, (g) => {
    b.assign(reads.at(g), reading.and(io.step_live.bits(g, 1).asBool()));
    b.assign(addresses.at(g), offered.at(g).truncate(indexWidth(XD)));
  });
  const all = io.step_valid.and(io.step_read).and(dense.not()).and(io.step_live.bits(0, 1).asBool());
  const allRead = b.reg('allRead', vec(PRIVATE_READ_DELAY, bool()).reset(0));
  b.next(allRead.at(0), all);
  b.genFor('later', PRIVATE_READ_DELAY - 1, (k) => b.next(allRead.at(k.plus(1)), allRead.at(k)));
  const { address } = delayed(b, 'all', PRIVATE_READ_DELAY, { address: addresses.at(0) });
  const words = b.wire('words', vec(G, uint(P.times(XB))));
  const bankWords = b.wire('bankWords', vec(M, uint(P.times(XB))));
  b.instance(
    'xram',
    EngineXram,
    { P, G, M, D, XB, XD, ADD },
    {
      slice_read: reads,
      slice_bank: io.step_bank.unpack(vec(G, uint(indexWidth(M)))),
      slice_address: addresses,
      all_read: allRead.at(PRIVATE_READ_DELAY - 1),
      all_address: address,
      ...{ group_read: io.group_read, group_group: io.group_group, group_address: io.group_address },
      ...{ group_served: io.group_served, group_valid: io.group_valid, group_words: io.group_words },
      write_valid: io.write_valid,
      write_group: io.write_group,
      write_address: io.write_address,
      write_lanes: io.write_lanes.unpack(vec(P, bool())),
      write_data: io.write_data,
      words,
      bank_words: bankWords,
      conflict: io.conflict,
    },
  );
  return { words, bankWords };
}

/** From steps to sums: the X-RAM, the windows and the PE array with their control in step. */
function makeDatapath(dw: boolean, kind: ColumnKind, arrays: Arrays) {
  return defineModule({
    name: `engine_datapath${dw ? '_dw' : ''}${arraySuffix(kind)}`,
    doc: `from steps to sums: X-RAM, windows and PE array${dw ? ' with private windows' : ''}

A step of the sequencer reads a word for each slice, moves the windows by one tap and adds a product in
every processing element. ${
      dw
        ? `Depthwise steps and pooling use the private windows; ${PRIVATE_READ_DELAY + 1} cycles without a dense step follow them.`
        : 'Steps are dense: there are no private windows.'
    }
Behind the last step of a tile its sums leave in step_groups consecutive cycles; the next last step comes
no sooner than that. The weights of a step come ${ISSUE_TO_WEIGHTS} cycles after it. Nothing ever waits.
Latency ${ISSUE_TO_DRAIN} cycles from a last step to its first group of sums.`,
    params: datapathParams,
    requires: ({ M, D, XG, XB, XU, WB, AB, XD, ADD }) => [
      requirement(natGe(1, ADD), 'an option is 0 or 1'),
      // In the order in which a proof looks for them.
      requirement(natGe(16, XB), 'step_pad holds a pixel'),
      requirement(natGe(ADDRESS_W, indexWidth(XD)), 'step_address holds an address'),
      ...gridRequirements({ M, D, XG }),
      requirement(natEq(M.div(D).times(D), M), 'D groups make up all channels'),
      ...weightRules(kind, WB, true),
      requirement(natGe(AB, laneWidth(XB, XU).plus(WB)), 'a sum holds a product'),
    ],
    ports: datapathPorts,
    body(b, io, sizes) {
      const { P, G, M, D, XG, XB, XU, WB, AB } = sizes;
      const X_W = b.localparam('X_W', laneWidth(XB, XU), 'width of an operand');
      b.unused('wide', cat(io.step_pad, io.step_address));
      const dense = dw ? b.let('dense', io.step_op.eq(opCodes.dense)) : b.constant(bool(), 1);
      const { words, bankWords } = readXram(b, io, dense, sizes);

      b.comment('the step when its words are there, and one cycle later for the array');
      const CHAIN = ISSUE_TO_WORD + 1;
      const valid = b.reg('valid', vec(CHAIN, bool()).reset(0));
      b.next(valid.at(0), io.step_valid);
      b.genFor('stage', CHAIN - 1, (k) => b.next(valid.at(k.plus(1)), valid.at(k)));
      const at = delayed(b, 'at', ISSUE_TO_WORD, {
        tap: io.step_tap,
        read: bit(io.step_read),
        live: io.step_live,
        low: io.step_low,
        high: io.step_high,
        pad: io.step_pad.bits(0, XB),
        isUnsigned: bit(io.step_unsigned),
        first: bit(io.step_first),
        last: bit(io.step_last),
        groups: io.step_groups,
      });
      const x = b.wire('x', vec(G.times(P), sint(X_W)));
      b.instance(
        'windows',
        EngineWindows,
        { G, P, XB, XU },
        {
          valid: valid.at(ISSUE_TO_WORD - 1),
          tap: at.tap,
          read: at.read.asBool(),
          live: at.live.unpack(vec(G, bool())),
          low: at.low,
          high: at.high,
          pad: at.pad,
          is_unsigned: at.isUnsigned.asBool(),
          words,
          x,
        },
      );
      const sums = b.wire('sums', vec(D.times(P), uint(AB)));
      b.assign(io.drain_sums, sums.pack());
      const { first, last, groups } = at;
      const array = delayed(b, 'array', 1, { first, last, groups });
      const shape = { P, G, M, D, XG, W_W: WB, ACC_W: AB };
      const wires = {
        valid: valid.at(ISSUE_TO_WORD),
        first: array.first.asBool(),
        last: array.last.asBool(),
        groups: array.groups,
        x,
        w: io.weights.unpack(vec(M.times(G), sint(WB))),
        drain_valid: io.drain_valid,
        sums,
      };
      if (dw) {
        const { op, ...rest } = delayed(b, 'mode', ISSUE_TO_WORD, {
          op: io.step_op,
          byte: io.step_byte,
          hasWeights: bit(io.step_has_weights),
        });
        const { low, high, pad, isUnsigned } = at;
        const own = delayed(b, 'own', 1, { low, high, pad, isUnsigned, op, ...rest });
        b.instance(
          'pes',
          arrays.dw(),
          { ...shape, XB, XU },
          {
            ...wires,
            move: valid.at(ISSUE_TO_WORD - 1).and(op.ne(opCodes.dense)),
            tap: at.tap,
            read: at.read.asBool(),
            op: own.op,
            slice: own.byte,
            has_weights: own.hasWeights.asBool(),
            low: own.low,
            high: own.high,
            pad: own.pad,
            is_unsigned: own.isUnsigned.asBool(),
            words: bankWords,
          },
        );
      } else {
        b.instance('pes', arrays.dense(), { ...shape, X_W }, wires);
        b.unused('notDense', cat(io.step_op, bit(io.step_has_weights), io.step_byte));
        b.unused('allBanks', bankWords.pack());
      }
    },
  });
}

interface Arrays {
  readonly dense: () => typeof EngineArray;
  readonly dw: () => typeof EngineArrayDw;
}

/** Datapaths without and with private windows whose array has columns of a kind. */
export function datapathsOf(kind: ColumnKind) {
  const arrays: Arrays = { dense: () => makeArray(kind), dw: () => makeArrayDw(kind) };
  return { dense: makeDatapath(false, kind, arrays), dw: makeDatapath(true, kind, arrays) } as const;
}

const plain = { dense: () => EngineArray, dw: () => EngineArrayDw };

/** By whether there are private windows. */
export const EngineDatapath = {
  dense: makeDatapath(false, plainColumns(), plain),
  dw: makeDatapath(true, plainColumns(), plain),
} as const;
