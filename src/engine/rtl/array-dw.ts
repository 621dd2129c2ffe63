import {
  bool,
  defineModule,
  indexWidth,
  input,
  natGe,
  output,
  requirement,
  sint,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { arrayBody, gridParams, gridRequirements, type SetOptions, type SetWires } from './array.js';
import { EngineChannelsDw, makeChannelsDw } from './channels-dw.js';
import { arraySuffix, type ColumnKind, plainColumns, weightRules } from './column-kind.js';
import { laneMask, laneWidth } from './lane.js';
import { peParams } from './pe.js';
import { GROUPS_W } from './sizes.js';
import { wordParams } from './window.js';
import { laneParam } from './windows.js';

const { W_W: weightWidth, ACC_W: sumWidth } = peParams;

/** The PE array with private windows. */
export const makeArrayDw = (kind: ColumnKind, channels = makeChannelsDw(kind)) =>
  defineModule({
    name: `engine_array_dw${arraySuffix(kind)}`,
    doc: `array of P x M x G processing elements with a private window for every channel

As engine_array for dense steps; steps of other operations see engine_channels_dw.
move, tap and read come two cycles before x and w of their step, everything else of it and the words of
the banks one cycle before x and w. Nothing ever waits.
Latency 6 cycles from last to the first group of sums; a step every cycle.`,
    params: { ...gridParams, XB: wordParams.XB, XU: laneParam, W_W: weightWidth, ACC_W: sumWidth },
    requires: ({ M, D, XG, XB, XU, W_W, ACC_W }) => [
      ...gridRequirements({ M, D, XG }),
      ...weightRules(kind, W_W, true),
      requirement(natGe(ACC_W, laneWidth(XB, XU).plus(W_W)), 'a sum holds a product'),
    ],
    ports: ({ P, G, M, D, XB, XU, W_W, ACC_W }) => ({
      move: input(bool(), 'a step that is not dense'),
      tap: input(uint(2)),
      read: input(bool(), 'the step has words'),
      valid: input(bool(), 'a step, one cycle after move; also the following'),
      first: input(bool(), 'it is the first of a tile'),
      last: input(bool(), 'it is the last of a tile'),
      groups: input(uint(GROUPS_W), 'groups of D channels in use, with last'),
      op: input(uint(2), '0 dense, 1 depthwise, 2 max, 3 sum'),
      slice: input(uint(indexWidth(G)), 'column whose weight a depthwise step takes'),
      has_weights: input(bool(), '0: a step that is not dense has weight 1'),
      low: input(uint(widthFor(P)), 'first lane of a private window that is a pixel'),
      high: input(uint(widthFor(P)), 'first lane behind it that is none'),
      pad: input(uint(XB), 'what stands in the other lanes'),
      is_unsigned: input(bool()),
      words: input(vec(M, uint(P.times(XB))), 'of the banks'),
      x: input(vec(G.times(P), sint(laneWidth(XB, XU))), 'pixel p of slice g at g * P + p, one cycle after valid'),
      w: input(vec(M.times(G), sint(W_W)), 'weight of channel m and slice g at m * G + g, with x'),
      drain_valid: output(bool(), 'a group of sums'),
      sums: output(vec(D.times(P), uint(ACC_W)), 'pixel p of channel d of the group at d * P + p'),
    }),
    body(b, io, sizes) {
      const { P, G, XG, D, XB, XU, W_W, ACC_W } = sizes;
      const lanes = b.wire('lane_live', vec(P, bool()));
      laneMask(b, io.low, io.high, P, (p, inside) => b.assign(lanes.at(p), inside));
      const connect = ({ k, ...wires }: SetWires, options: SetOptions) => {
        const words = b.wire('set_words', vec(XG, uint(P.times(XB))));
        b.genFor('word', XG, (i) => b.assign(words.at(i), io.words.at(k.times(XG).plus(i))));
        const { move, tap, read, op, slice, has_weights, pad, is_unsigned, x } = io;
        b.instance(
          'channels',
          channels,
          { P, G, XG, D, XB, XU, W_W, ACC_W },
          {
            ...wires,
            ...{ move, tap, read, words, op, slice, has_weights, pad, is_unsigned, x },
            ...{ fresh: io.first, ends: io.last, lane_live: lanes },
          },
          options,
        );
      };
      arrayBody(b, io, sizes, connect, kind.gated ? io.valid.or(io.move) : undefined);
    },
  });

export const EngineArrayDw = makeArrayDw(plainColumns(), EngineChannelsDw);
