import { bool, bundle, defineModule, natParam, output, sink, uint, vec } from '../../hdl/index.js';
import { openAtRandom, wordsFor, wordsHold } from './random.js';

/** Takes beats at a random pace and sums them up: the sink of a test bench that runs inside the circuit. */
export const StreamSink = defineModule({
  name: 'tb_sink',
  doc: `test bench: takes a stream with random stalls and keeps a checksum of its beats

checksum becomes rotate_left(checksum, 5) + (sum of the 32-bit words of tdata) + tlast with every beat, modulo 2^32;
it depends on contents and order, not on the cycles in which the beats came. tready does not depend on tvalid.`,
  params: {
    W: natParam({ default: 8, min: 1, max: 4096, doc: 'width of tdata' }),
    STALL: natParam({ default: 64, min: 0, max: 255, doc: 'probability of a stalled cycle, in 256ths' }),
    SEED: natParam({ default: 2, min: 1, max: 65535, doc: 'seed of the stalls' }),
  },
  requires: ({ W }) => [wordsHold(W)],
  ports: ({ W }) => ({
    s_axis: sink(bundle({ tdata: uint(W), tlast: bool() })),
    beats: output(uint(32), 'beats taken'),
    frames: output(uint(32), 'beats taken with tlast'),
    checksum: output(uint(32)),
  }),
  body(b, { s_axis: s, beats, frames, checksum }, { W, STALL, SEED }) {
    const WORDS = b.localparam('WORDS', wordsFor(W));
    const r = b.regs({ beats: uint(32).reset(0), frames: uint(32).reset(0), checksum: uint(32).reset(0) });
    const open = b.let('open', openAtRandom(b, 'chance', SEED, STALL));
    const take = b.let('take', s.fire);
    const words = b.let('words', s.data.tdata.extend(WORDS.times(32)).unpack(vec(WORDS, uint(32))));
    const total = b.let('total', words.sum());
    const turned = b.let('turned', r.checksum.shl(5).or(r.checksum.shr(27)));

    b.assign(s.ready, open);
    b.assign(beats, r.beats);
    b.assign(frames, r.frames);
    b.assign(checksum, r.checksum);

    b.when(take, () => {
      b.next(r.beats, r.beats.inc());
      b.next(r.checksum, turned.addWrap(total.truncate(32)).addWrap(s.data.tlast.asUInt().extend(32)));
    });
    b.when(take.and(s.data.tlast), () => b.next(r.frames, r.frames.inc()));
  },
});

/** The checksum of `tb_sink` over beats whose `tdata` takes W bits; starts from 0. */
export function streamChecksum(beats: Iterable<{ readonly tdata: bigint; readonly tlast: boolean }>): number {
  let sum = 0;
  for (const { tdata, tlast } of beats) {
    let words = tlast ? 1 : 0;
    for (let rest = tdata; rest > 0n; rest >>= 32n) words = (words + Number(rest & 0xffffffffn)) >>> 0;
    sum = (((sum << 5) | (sum >>> 27)) + words) >>> 0;
  }
  return sum;
}
