import {
  bool,
  defineModule,
  indexWidth,
  nat,
  type NatExpr,
  natGe,
  natParam,
  requirement,
  type Sig,
  sink,
  source,
  type SinkPort,
  type SourcePort,
  type Stream,
  uint,
} from '../../hdl/index.js';
import { accessRequest, accessResponse } from './access-port.js';

type Request = ReturnType<typeof accessRequest>;
type Response = ReturnType<typeof accessResponse>;

/**
 * One access port in front of `count` targets with windows of equal size. Parameters A0_W, A1_W, ... are the address widths of
 * the targets, WINDOW_W that of a window.
 */
export function makeAccessDecoder(count: number) {
  const targets = Array.from({ length: count }, (_, k) => k);
  const widthName = (k: number): string => `A${k}_W`;
  const widthOf = (p: object, k: number): NatExpr => (p as Readonly<Record<string, NatExpr>>)[widthName(k)]!;
  const SELECT_W = indexWidth(nat(count));
  return defineModule({
    name: `access_decoder_${count}`,
    doc: `one access port in front of ${count} targets

The upper address bits choose the target, WINDOW_W bits go to it. An address beyond the targets, or
beyond those of one of them, is answered with an error and 0. One access at a time: the next request
is taken the cycle after the response of the one before has left.`,
    params: {
      WINDOW_W: natParam({ default: 8, min: 1, doc: 'bits of a word address in a window' }),
      ...Object.fromEntries(
        targets.map((k) => [widthName(k), natParam({ default: 8, min: 1, doc: `address bits of target ${k}` })]),
      ),
    },
    requires: (p) => targets.map((k) => requirement(natGe(p.WINDOW_W, widthOf(p, k)), `the window holds target ${k}`)),
    ports: (p) => ({
      s_req: sink(accessRequest(p.WINDOW_W.plus(SELECT_W))),
      m_rsp: source(accessResponse()),
      ...Object.fromEntries(
        targets.flatMap((k): [string, SourcePort<Request> | SinkPort<Response>][] => [
          [`m${k}_req`, source(accessRequest(widthOf(p, k)))],
          [`s${k}_rsp`, sink(accessResponse())],
        ]),
      ),
    }),
    body(b, io, p) {
      const ports = io as unknown as Readonly<Record<string, Stream<Request> | Stream<Response>>>;
      const WINDOW_W = p.WINDOW_W;
      const req = ports['s_req'] as Stream<Request>;
      const rsp = ports['m_rsp'] as Stream<Response>;
      const r = b.regs({
        waits: bool().reset(0).doc('a response is due'),
        failed: bool().doc('no target was asked'),
        write: bool(),
      });
      const idle = b.let('idle', r.waits.not());
      const select = b.let('select', req.data.addr.bits(WINDOW_W, SELECT_W));
      const places = targets.map((k) => {
        const A_W = widthOf(p, k);
        const window = req.data.addr.bits(0, WINDOW_W);
        const inside = window.truncate(A_W).extend(WINDOW_W).eq(window);
        const chosen = b.let(`chosen_${k}`, select.eq(k).and(inside));
        const to = ports[`m${k}_req`] as Stream<Request>;
        b.assign(to.valid, req.valid.and(idle).and(chosen));
        b.assign(to.data.write, req.data.write);
        b.assign(to.data.addr, window.truncate(A_W));
        b.assign(to.data.data, req.data.data);
        b.assign(to.data.strobe, req.data.strobe);
        return { chosen, to, from: ports[`s${k}_rsp`] as Stream<Response> };
      });
      const nobody = b.let(
        'nobody',
        places.reduce<Sig<ReturnType<typeof bool>>>((all, { chosen }) => all.and(chosen.not()), idle),
        'no target has this address',
      );
      const taken = places.reduce((any, { to, chosen }) => any.or(chosen.and(to.ready)), nobody);
      b.assign(req.ready, idle.and(taken));
      const accept = b.let('accept', req.fire);
      const done = b.let('done', rsp.fire);
      b.when(accept, () => b.next(r.waits, 1)).elseWhen(done, () => b.next(r.waits, 0));
      b.when(accept, () => {
        b.next(r.failed, nobody);
        b.next(r.write, req.data.write);
      });

      b.comment('only the target that was asked answers');
      const own = r.waits.and(r.failed);
      for (const { from } of places) b.assign(from.ready, rsp.ready);
      b.assign(
        rsp.valid,
        places.reduce((any, { from }) => any.or(from.valid), own),
      );
      b.assign(
        rsp.data.write,
        places.reduce((rest, { from }) => from.valid.mux(from.data.write, rest), r.write),
      );
      b.assign(
        rsp.data.data,
        places.reduce((rest, { from }) => from.valid.mux(from.data.data, rest), b.constant(uint(32), 0)),
      );
      b.assign(
        rsp.data.error,
        places.reduce((rest, { from }) => from.valid.mux(from.data.error, rest), b.constant(bool(), 1)),
      );
    },
  });
}
