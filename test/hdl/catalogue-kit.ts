/** Small modules to make mistakes in, for the error catalogue. */
import {
  bool,
  type Bool,
  type Builder,
  buildDesign,
  defineModule,
  enumOf,
  input,
  type NatExpr,
  natParam,
  output,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
} from '../../src/hdl/index.js';

export interface Case {
  readonly about: string;
  readonly code: string;
  readonly act: () => void;
  /** All lines but the code and the reference to `explain`. */
  readonly text: readonly string[];
}

/** Any place in the files of the catalogue. */
export const here = 'HERE';
export const declared = (name: string): string => `      ${here}  '${name}' is declared here`;

const ports = (W: NatExpr) => ({
  a: input(uint(W)),
  c: input(uint(W)),
  go: input(bool()),
  y: output(uint(W)),
});
type Io = { a: Sig<UInt>; c: Sig<UInt>; go: Sig<Bool>; y: Sig<UInt> };

/** A module that reads all of its inputs; `body` adds what is wrong. */
export function block(body: (b: Builder, io: Io, W: NatExpr) => void, driveY = true): void {
  const Block = defineModule({
    name: 'block',
    doc: 'test',
    params: { W: natParam({ default: 8, min: 1 }) },
    ports: ({ W }) => ports(W),
    body(b, io, { W }) {
      b.unused('inputs', io.a.xor(io.c));
      b.unused('go', io.go);
      if (driveY) b.assign(io.y, io.a);
      body(b, io, W);
    },
  });
  buildDesign(Block);
}

export const Inner = defineModule({
  name: 'inner',
  doc: 'a wire',
  params: { W: natParam({ default: 8, min: 2 }) },
  ports: ({ W }) => ({ x: input(uint(W)), y: output(uint(W)) }),
  body: (b, { x, y }) => b.assign(y, x),
});
export const Pass = defineModule({
  name: 'pass',
  doc: 'a stream',
  params: {},
  ports: () => ({ s_axis: sink(uint(8)), m_axis: source(uint(8)) }),
  body: (b, { s_axis, m_axis }) => b.connect(m_axis, s_axis),
});
export const state = enumOf('state', 'idle', 'run', 'done');

/** A module of one sink and one source. */
export function streams(
  body: Parameters<typeof defineModule<Record<never, never>, ReturnType<typeof Pass.portsFor>>>[0]['body'],
) {
  buildDesign(defineModule({ name: 'relay', doc: 'test', params: {}, ports: () => Pass.portsFor(new Map()), body }));
}

export const Held = defineModule({
  name: 'held',
  doc: 'one register',
  params: {},
  ports: () => ({ x: input(uint(8)), y: output(uint(8)) }),
  body(b, { x, y }) {
    const r = b.regs({ value: uint(8) });
    b.next(r.value, x);
    b.assign(y, r.value);
  },
});

/** A module of two clocks: an input of `io_clk`, an output of `aclk`. */
export function twoClocks(body: (b: Builder<'io'>, io: { remote: Sig<UInt>; y: Sig<UInt> }) => void): void {
  buildDesign(
    defineModule({
      name: 'two_clocks',
      doc: 'test',
      params: {},
      domains: { io: { asynchronousReset: true } },
      ports: () => ({ remote: input(uint(8)).in('io'), y: output(uint(8)) }),
      body,
    }),
  );
}
