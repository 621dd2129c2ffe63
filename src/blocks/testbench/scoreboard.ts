import {
  bool,
  bundle,
  type Bool,
  type Builder,
  cat,
  defineModule,
  enumOf,
  type NatExpr,
  natParam,
  output,
  type Sig,
  sink,
  type Stream,
  uint,
  type UInt,
} from '../../hdl/index.js';
import { Fifo } from '../stream/fifo.js';

/** What `kind` of a scoreboard means, by number. */
export const mismatchKinds = ['none', 'data', 'last', 'loss', 'duplicate', 'stuck'] as const;

type Beat = ReturnType<typeof beatOf>;
const beatOf = (W: NatExpr) => bundle({ tdata: uint(W), tlast: bool() });

/** Compares two streams beat by beat; the first difference stays in registers and raises a stop. */
export const Scoreboard = defineModule({
  name: 'tb_scoreboard',
  doc: `test bench: compares the beats of two streams, contents, order and tlast

Either side may run ahead by DEPTH beats. The first mismatch freezes kind, index, cycle and both beats, and raises
mismatch, which is meant as the stop of a run:
  1 data       tdata differs                     2 last   only tlast differs
  3 loss       actual has the expected beat after the one that was due
  4 duplicate  actual has the beat before the one that was due
  5 stuck      one side had a beat for PATIENCE cycles and the other had none
tready of either side is low only while its DEPTH places are full or after a mismatch.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of tdata' }),
    DEPTH: natParam({ default: 64, min: 1, doc: 'beats by which one side may run ahead' }),
    PATIENCE: natParam({ default: 1000, min: 1, max: 2 ** 31 - 1, doc: 'cycles that one side may wait for the other' }),
  },
  ports: ({ W }) => ({
    expected: sink(beatOf(W)),
    actual: sink(beatOf(W)),
    compared: output(uint(32), 'beats compared and found equal'),
    mismatch: output(bool()),
    kind: output(uint(3)),
    index: output(uint(32), 'number of the mismatching beat, from 0'),
    cycle: output(uint(32), 'cycles from reset to the mismatch'),
    expected_beat: output(uint(W)),
    expected_last: output(bool()),
    actual_beat: output(uint(W)),
    actual_last: output(bool()),
  }),
  body(b, io, { W, DEPTH, PATIENCE }) {
    const kindType = enumOf('mismatch_kind', ...mismatchKinds);
    const due = queue(b, 'due', io.expected, W, DEPTH);
    const got = queue(b, 'got', io.actual, W, DEPTH);
    const r = b.regs({
      state: enumOf('scoreboard_state', 'watch', 'judge', 'failed').startsAt('watch'),
      kind: kindType.startsAt('none'),
      compared: uint(32).reset(0),
      now: uint(32).reset(0).doc('cycles since reset'),
      cycle: uint(32).reset(0),
      waited: uint(32).reset(0).doc('cycles with a beat on one side only'),
      expected: uint(W.plus(1)).doc('the beat that was due: tlast over tdata'),
      actual: uint(W.plus(1)),
      before: uint(W.plus(1)).doc('the last beat found equal'),
    });
    const watch = b.let('watch', r.state.is('watch'));
    const both = b.let('both', due.valid.and(got.valid));
    const equal = b.let('equal', due.data.eq(got.data));
    const compare = b.let('compare', watch.and(both));
    const wrong = b.let('wrong', compare.and(equal.not()));
    const sameData = b.let('sameData', due.data.truncate(W).eq(got.data.truncate(W)));
    const again = b.let('again', got.data.eq(r.before).and(r.compared.ne(0)));
    const oneSided = b.let('oneSided', due.valid.xor(got.valid));
    const outOfPatience = b.let('outOfPatience', r.waited.eq(PATIENCE));
    const judge = b.let('judge', r.state.is('judge'));
    const skipped = b.let('skipped', due.valid.and(due.data.eq(r.actual)));

    b.assign(due.ready, compare);
    b.assign(got.ready, compare);
    b.assign(io.compared, r.compared);
    b.assign(io.mismatch, r.state.is('failed'));
    b.assign(io.kind, r.kind.asUInt());
    b.assign(io.index, r.compared);
    b.assign(io.cycle, r.cycle);
    b.assign(io.expected_beat, r.expected.truncate(W));
    b.assign(io.expected_last, r.expected.bit(W));
    b.assign(io.actual_beat, r.actual.truncate(W));
    b.assign(io.actual_last, r.actual.bit(W));

    const kind = (name: (typeof mismatchKinds)[number]) => b.constant(kindType, mismatchKinds.indexOf(name));
    const wrongKind = again.mux(kind('duplicate'), sameData.mux(kind('last'), kind('data')));
    b.next(r.now, r.now.inc());
    b.when(compare.and(equal), () => {
      b.next(r.compared, r.compared.inc());
      b.next(r.before, due.data);
    });
    b.when(watch, () => {
      b.next(r.cycle, r.now);
      b.next(r.expected, due.data);
      b.next(r.actual, got.data);
    });
    // A loss shows when the beat that came is the next one due, which may not have arrived yet.
    b.when(wrong, () => {
      b.next(r.kind, wrongKind);
      b.next(r.state, b.constant(r.state.type, 1));
    })
      .elseWhen(watch.and(outOfPatience), () => {
        b.next(r.kind, kind('stuck'));
        b.next(r.state, b.constant(r.state.type, 2));
      })
      .elseWhen(judge.and(due.valid.or(outOfPatience)), () => {
        b.next(r.state, b.constant(r.state.type, 2));
        b.next(r.kind, skipped.mux(kind('loss'), r.kind));
      });
    const waiting = b.let('waiting', watch.and(oneSided).or(judge));
    b.next(r.waited, waiting.and(wrong.not()).mux(r.waited.inc(), b.constant(uint(32), 0)));
  },
});

/** The beats of one side in order, packed with tlast on top. */
function queue(b: Builder, name: string, side: Stream<Beat>, W: NatExpr, DEPTH: NatExpr): Queue {
  const packed = b.stream(`${name}In`, uint(W.plus(1)));
  b.assign(packed.valid, side.valid);
  b.assign(packed.data, cat(side.data.tlast, side.data.tdata));
  b.assign(side.ready, packed.ready);
  const { m_axis, level } = b.instance(`${name}Fifo`, Fifo, { W: W.plus(1), DEPTH }, { s_axis: packed });
  b.unused(`${name}Level`, level);
  return m_axis;
}

interface Queue {
  readonly valid: Sig<Bool>;
  readonly ready: Sig<Bool>;
  readonly data: Sig<UInt>;
}
