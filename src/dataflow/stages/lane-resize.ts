import { defineModule, natGe, natParam, requirement, sink, source, uint, vec } from '../../hdl/index.js';

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

/** Widens every lane, with its sign or with zeros: from codes to the byte lanes of a port. Wires only, latency 0. */
function makeLaneExtend(signed: boolean) {
  return defineModule({
    name: signed ? 'lane_extend_s' : 'lane_extend_u',
    doc: `widens every lane ${signed ? 'with its sign' : 'with zeros'}: from codes to the byte lanes of a port

Wires only: latency 0, cuts nothing.`,
    params,
    requires: ({ IN_W, OUT_W }) => [requirement(natGe(OUT_W, IN_W), 'lanes do not shrink')],
    ports: ({ N, IN_W, OUT_W }) => ({ s_axis: sink(uint(N.times(IN_W))), m_axis: source(uint(N.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { N, IN_W, OUT_W }) {
      b.assign(m.valid, s.valid);
      b.assign(s.ready, m.ready);
      const lanes = b.wire('lanes', vec(N, uint(OUT_W)));
      b.genFor('lane', N, (i) => {
        const lane = s.data.bits(i.times(IN_W), IN_W);
        b.assign(lanes.at(i), signed ? lane.asSInt().extend(OUT_W).asUInt() : lane.extend(OUT_W));
      });
      b.assign(m.data, lanes.pack());
    },
  });
}
export const LaneExtend = { signed: makeLaneExtend(true), unsigned: makeLaneExtend(false) } as const;
