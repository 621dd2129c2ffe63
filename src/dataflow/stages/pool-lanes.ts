/** What pooling does to lanes of values, shared by the pools behind a window and over a whole image. */
import { type Bool, type Builder, natGe, type NatExpr, requirement, type Sig, type UInt } from '../../hdl/index.js';

/** Greatest or summed values; values signed or unsigned. */
export interface PoolKind {
  readonly reduce: 'max' | 'sum';
  readonly signed: boolean;
}

export const poolKinds: readonly PoolKind[] = (['max', 'sum'] as const).flatMap((reduce) => [
  { reduce, signed: true },
  { reduce, signed: false },
]);

/** `max_s`, `sum_u`: the end of a module's name. */
export function poolName({ reduce, signed }: PoolKind): string {
  return `${reduce}_${signed ? 's' : 'u'}`;
}

/** `greatest of K signed values`, `sum of ...`. */
export function poolDoc({ reduce, signed }: PoolKind, count: string): string {
  return `${reduce === 'max' ? 'greatest' : 'sum'} of ${count} ${signed ? 'signed' : 'unsigned'} values`;
}

/** A maximum is as wide as its values, a sum at least so. */
export function poolRequires({ reduce }: PoolKind, X_W: NatExpr, OUT_W: NatExpr) {
  if (reduce === 'sum') return [requirement(natGe(OUT_W, X_W), 'a sum holds a value')];
  return [
    requirement(natGe(OUT_W, X_W), 'the greatest is one of the values'),
    requirement(natGe(X_W, OUT_W), 'and as wide as they are'),
  ];
}

/** What one lane is after value `raw`; `old` is what it was, which does not count where `first`. */
export function poolLane(
  b: Builder,
  { reduce, signed }: PoolKind,
  { old, raw, first, OUT_W }: { old: Sig<UInt>; raw: Sig<UInt>; first: Sig<Bool>; OUT_W: NatExpr },
): Sig<UInt> {
  const x = b.let('x', signed ? raw.asSInt().extend(OUT_W).asUInt() : raw.extend(OUT_W));
  if (reduce === 'sum') return first.mux(x, old.addWrap(x));
  const wins = b.let('wins', signed ? x.asSInt().gt(old.asSInt()) : x.gt(old));
  return first.or(wins).mux(x, old);
}
