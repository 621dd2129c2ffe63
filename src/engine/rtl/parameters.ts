import {
  bool,
  cat,
  defineModule,
  indexWidth,
  input,
  natGt,
  natParam,
  output,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { parameterSetRules, parameterSetWidth } from './sets.js';

/** Memories of the parameter planes: PQ sets, so that those of the next weight tiles load while a tile is computed. */
export const EngineParameters = defineModule({
  name: 'engine_parameters',
  doc: `parameters of channels, PQ sets: planes 0 bias, 1 mult, 2 shift, 3.. thresholds

A write stores the words of a group of D channels, channel 0 lowest, in one plane. A read shows all planes
of a group one cycle later; a write of the same cycle to the same group is not seen. No reset.`,
  params: {
    D: natParam({ default: 2, min: 1, doc: 'channels of a group' }),
    GROUPS: natParam({ default: 4, min: 1, doc: 'groups of a set' }),
    PQ: natParam({ default: 2, min: 2, max: 256, doc: 'sets, a power of two' }),
    MUL: natParam({ default: 1, min: 0, max: 1, doc: '1: there are multipliers' }),
    NTHR: natParam({ default: 0, min: 0, max: 15, doc: 'thresholds of a channel' }),
  },
  requires: ({ PQ }) => [...parameterSetRules(PQ)],
  ports: ({ D, GROUPS, PQ, NTHR }) => ({
    write: input(bool()),
    write_plane: input(uint(5)),
    write_set: input(uint(parameterSetWidth(PQ))),
    write_group: input(uint(indexWidth(GROUPS))),
    write_data: input(uint(D.times(32))),
    read_set: input(uint(parameterSetWidth(PQ))),
    read_group: input(uint(indexWidth(GROUPS))),
    bias: output(uint(D.times(32))),
    mult: output(uint(D.times(32))),
    shift: output(uint(D.times(32))),
    thresholds: output(uint(D.times(NTHR.max(1)).times(32)), 'threshold i of channel d is element d * NTHR + i'),
  }),
  body(b, io, { D, GROUPS, PQ, MUL, NTHR }) {
    const W = b.localparam('W', D.times(32), 'bits of a group in a plane');
    const ENTRIES = b.localparam('ENTRIES', GROUPS.times(PQ));
    const at = b.let('at', cat(io.write_group, io.write_set), 'place of a write: the sets lie between each other');
    const from = b.let('from', cat(io.read_group, io.read_set));
    const plane = (key: string, place: ReturnType<typeof io.write_plane.eq>) => {
      const store = b.memory(key, uint(W), ENTRIES);
      store.write(at, io.write_data, io.write.and(place));
      const read = b.reg(`${key}Read`, uint(W));
      b.next(read, store.read(from));
      return read;
    };
    b.assign(io.bias, plane('biases', io.write_plane.eq(0)));
    b.assign(io.shift, plane('shifts', io.write_plane.eq(2)));
    b.genIf(
      'mult',
      natGt(MUL, 0),
      () => b.assign(io.mult, plane('mults', io.write_plane.eq(1))),
      () => b.assign(io.mult, 0),
    );
    b.genIf(
      'thresholds',
      natGt(NTHR, 0),
      () => {
        const PLANE_W = b.localparam('PLANE_W', widthFor(NTHR.plus(3)).plus(5), 'bits of the number of a plane');
        const levels = b.wire('levels', vec(NTHR, vec(D, uint(32))));
        b.genFor('level', NTHR, (i) => {
          const read = plane('level', io.write_plane.extend(PLANE_W).eq(b.constant(uint(PLANE_W), i.plus(3))));
          b.assign(levels.at(i), read.unpack(vec(D, uint(32))));
        });
        const ordered = b.wire('ordered', vec(D, vec(NTHR, uint(32))));
        b.genFor('channel', D, (d) => {
          b.genFor('own', NTHR, (i) => b.assign(ordered.at(d).at(i), levels.at(i).at(d)));
        });
        b.assign(io.thresholds, ordered.pack().extend(D.times(NTHR.max(1)).times(32)));
      },
      () => b.assign(io.thresholds, 0),
    );
  },
});
