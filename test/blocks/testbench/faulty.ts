/** Register slices with one defect each, at the sixth beat: what a scoreboard must find. */
import {
  bool,
  bundle,
  defineModule,
  natParam,
  type Sig,
  type Bool,
  sink,
  source,
  uint,
  type UInt,
} from '../../../src/hdl/index.js';

interface Beat {
  readonly tdata: Sig<UInt>;
  readonly tlast: Sig<Bool>;
}
interface Defect {
  readonly name: string;
  /** Payload of the beat on offer; `now` in the beat of the defect. */
  readonly data?: (beat: Beat, now: Sig<Bool>) => Beat;
  /** Beats that are taken but not passed on, are passed on twice, or never are. */
  readonly flow?: 'drop' | 'twice' | 'stop';
}

const sixth = 5;

/** One place for a beat; with a defect in beat number 5. */
function faulty({ name, data, flow }: Defect) {
  return defineModule({
    name: `faulty_${name}`,
    doc: `one beat of storage, wrong in beat ${sixth}: ${name}`,
    params: { W: natParam({ default: 8, min: 1 }) },
    ports: ({ W }) => ({
      s_axis: sink(bundle({ tdata: uint(W), tlast: bool() })),
      m_axis: source(bundle({ tdata: uint(W), tlast: bool() })),
    }),
    body(b, { s_axis: s, m_axis: m }, { W }) {
      const r = b.regs({
        valid: bool().reset(0),
        tdata: uint(W),
        tlast: bool(),
        taken: uint(32).reset(0),
        again: bool().reset(0),
      });
      // `taken` counts the beat in the register too.
      const now = b.let('now', r.taken.eq(sixth + 1));
      const hidden = flow === 'drop' ? now : flow === 'stop' ? r.taken.gt(sixth) : b.constant(bool(), 0);
      const free = b.let(
        'free',
        r.valid
          .not()
          .or(m.ready)
          .or(flow === 'drop' ? now : b.constant(bool(), 0)),
      );
      const stutter = b.let('stutter', flow === 'twice' ? now.and(r.again.not()) : b.constant(bool(), 0));
      const out = data?.(r, now) ?? r;
      b.assign(s.ready, free.and(stutter.not()));
      b.assign(m.valid, r.valid.and(hidden.not()));
      b.assign(m.data.tdata, out.tdata);
      b.assign(m.data.tlast, out.tlast);
      b.when(stutter.and(m.fire), () => b.next(r.again, 1));
      b.when(s.fire, () => {
        b.next(r.taken, r.taken.inc());
        b.next(r.valid, 1);
        b.next(r.tdata, s.data.tdata);
        b.next(r.tlast, s.data.tlast);
      }).elseWhen(m.fire.and(stutter.not()), () => b.next(r.valid, 0));
    },
  });
}

export const defects = {
  none: faulty({ name: 'none' }),
  data: faulty({
    name: 'data',
    data: ({ tdata, tlast }, now) => ({ tdata: now.mux(tdata.not(), tdata), tlast }),
  }),
  last: faulty({ name: 'last', data: ({ tdata, tlast }, now) => ({ tdata, tlast: tlast.xor(now) }) }),
  loss: faulty({ name: 'loss', flow: 'drop' }),
  duplicate: faulty({ name: 'duplicate', flow: 'twice' }),
  stuck: faulty({ name: 'stuck', flow: 'stop' }),
};
