import {
  cat,
  defineModule,
  natEq,
  natGe,
  natParam,
  requirement,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  vec,
} from '../../hdl/index.js';

const params = {
  N: natParam({ default: 8, min: 1, doc: 'lanes' }),
  IN_W: natParam({ default: 8, min: 1, doc: 'width of a lane at the input' }),
  OUT_W: natParam({ default: 8, min: 1, doc: 'width of a lane at the output' }),
};

/** Drops the upper bits of every lane: from the byte lanes of a port to codes. Wires only, latency 0, cuts nothing. */
export const LaneTruncate = defineModule({
  name: 'lane_truncate',
  doc: `drops the upper bits of every lane: from the byte lanes of a port to codes

Wires only: latency 0, cuts nothing.`,
  params,
  requires: ({ IN_W, OUT_W }) => [requirement(natGe(IN_W, OUT_W), 'lanes do not grow')],
  ports: ({ N, IN_W, OUT_W }) => ({ s_axis: sink(uint(N.times(IN_W))), m_axis: source(uint(N.times(OUT_W))) }),
  body(b, { s_axis: s, m_axis: m }, { N, IN_W, OUT_W }) {
    b.assign(m.valid, s.valid);
    b.assign(s.ready, m.ready);
    const lanes = b.wire('lanes', vec(N, uint(OUT_W)));
    b.genFor('lane', N, (i) => b.assign(lanes.at(i), s.data.bits(i.times(IN_W), OUT_W)));
    b.assign(m.data, lanes.pack());
    b.unused('upper', s.data);
  },
});

/** How the bits of a lane become more. */
type Widening = 'signed' | 'unsigned' | 'bipolar';

const widenings: Readonly<Record<Widening, { readonly name: string; readonly doc: string }>> = {
  signed: { name: 'lane_extend_s', doc: 'widens every lane with its sign: from codes to the byte lanes of a port' },
  unsigned: { name: 'lane_extend_u', doc: 'widens every lane with zeros: from codes to the byte lanes of a port' },
  bipolar: { name: 'lane_extend_b', doc: 'makes signed numbers -1 and +1 of lanes of one bit, 0 and 1' },
};

/** Widens every lane, with its sign, with zeros, or from one bit to -1 and +1. Wires only, latency 0. */
function makeLaneExtend(widening: Widening) {
  const { name, doc } = widenings[widening];
  return defineModule({
    name,
    doc: `${doc}

Wires only: latency 0, cuts nothing.`,
    params:
      widening === 'bipolar'
        ? { ...params, IN_W: natParam({ default: 1, min: 1, doc: 'width of a lane at the input, 1' }) }
        : params,
    requires: ({ IN_W, OUT_W }) =>
      widening === 'bipolar'
        ? [requirement(natEq(IN_W, 1), 'a code is one bit'), requirement(natGe(OUT_W, 2), 'a value has a sign')]
        : [requirement(natGe(OUT_W, IN_W), 'lanes do not shrink')],
    ports: ({ N, IN_W, OUT_W }) => ({ s_axis: sink(uint(N.times(IN_W))), m_axis: source(uint(N.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { N, IN_W, OUT_W }) {
      b.assign(m.valid, s.valid);
      b.assign(s.ready, m.ready);
      const lanes = b.wire('lanes', vec(N, uint(OUT_W)));
      b.genFor('lane', N, (i) => {
        const lane = s.data.bits(i.times(IN_W), IN_W);
        const value = (): Sig<UInt> => {
          if (widening === 'unsigned') return lane.extend(OUT_W);
          if (widening === 'signed') return lane.asSInt().extend(OUT_W).asUInt();
          return cat(lane.truncate(1).not().asSInt().extend(OUT_W.minus(1)).asUInt(), b.constant(uint(1), 1));
        };
        b.assign(lanes.at(i), value());
      });
      b.assign(m.data, lanes.pack());
    },
  });
}
export const LaneExtend = {
  signed: makeLaneExtend('signed'),
  unsigned: makeLaneExtend('unsigned'),
  bipolar: makeLaneExtend('bipolar'),
} as const;
