import {
  bool,
  defineModule,
  input,
  type NatExpr,
  natGe,
  natParam,
  output,
  requirement,
  sint,
  uint,
} from '../../hdl/index.js';

/** Parameters of a processing element; every module around it hands them down. */
export const peParams = {
  X_W: natParam({ default: 8, min: 1, doc: 'width of an activation, >= 1' }),
  W_W: natParam({ default: 8, min: 1, doc: 'width of a weight, >= 1' }),
  ACC_W: natParam({ default: 32, min: 1, doc: 'width of a sum, >= X_W + W_W' }),
};

/** Ports of a processing element. */
export const pePorts = ({ X_W, W_W, ACC_W }: Readonly<Record<keyof typeof peParams, NatExpr>>) => ({
  first: input(bool(), 'the product that is added now is the first of its sum'),
  load: input(bool(), 'the sum is complete'),
  x: input(sint(X_W)),
  w: input(sint(W_W)),
  shadow_in: input(uint(ACC_W), 'shadow register of the neighbour'),
  shadow: output(uint(ACC_W)),
});

/**
 * Processing element of the engine. A user's module with the same ports may take its place: it gets operands in cycle t,
 * `first` in t + 1 and `load` in the cycle in which its sum is complete, t + 2 of the last operands.
 */
export const EnginePe = defineModule({
  name: 'engine_pe',
  doc: `processing element: product, running sum and shadow register

The product of x and w is added to the sum one cycle later; first, which comes with that product, starts
a new sum. There is no enable: a weight of 0 leaves the sum as it is. load copies the sum to the shadow
register, which otherwise takes that of its neighbour in every cycle, so sums leave without a control.
All values are signed; the sum wraps modulo 2^ACC_W.
Latency 2 cycles from x and w to the sum, 3 to shadow. No reset: the first product starts it.`,
  params: peParams,
  requires: ({ X_W, W_W, ACC_W }) => [requirement(natGe(ACC_W, X_W.plus(W_W)), 'a sum holds a product')],
  ports: pePorts,
  body(b, io, { X_W, W_W, ACC_W }) {
    const r = b.regs({ product: sint(X_W.plus(W_W)), sum: sint(ACC_W), shadow: uint(ACC_W) });
    const kept = io.first.mux(b.constant(sint(ACC_W), 0), r.sum);
    b.next(r.product, io.x.mul(io.w));
    b.next(r.sum, kept.addWrap(r.product.extend(ACC_W)));
    b.next(r.shadow, io.load.mux(r.sum.asUInt(), io.shadow_in));
    b.assign(io.shadow, r.shadow);
  },
});

/** Any module with the parameters and ports of {@link EnginePe}. */
export type PeTemplate = typeof EnginePe;
