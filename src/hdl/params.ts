/** Parameters as the author declares them. */
import type { Image } from '../circuit/index.js';
import type { NatExpr, NatLike } from './nat-expr.js';

/** A live natural number: `parameter int`. */
export interface NatSpec {
  readonly param: 'nat';
  readonly default: number;
  readonly min: number;
  readonly max?: number;
  readonly doc: string;
}
/** Contents of a read-only memory. */
export interface ImageSpec {
  readonly param: 'image';
  readonly doc: string;
}
export type ParamSpecs = Readonly<Record<string, NatSpec | ImageSpec>>;

/** Handle of an image parameter inside a body; it can go to `b.rom` or on to a child. */
export class ImageRef {
  constructor(readonly name: string) {}
}

export const natParam = (spec: { default: number; min?: number; max?: number; doc?: string }): NatSpec => ({
  param: 'nat',
  default: spec.default,
  min: spec.min ?? 0,
  ...(spec.max === undefined ? {} : { max: spec.max }),
  doc: spec.doc ?? '',
});
export const imageParam = (doc = ''): ImageSpec => ({ param: 'image', doc });

export type ParamValues<P extends ParamSpecs> = {
  readonly [K in keyof P]: P[K] extends NatSpec ? NatExpr : ImageRef;
};
/** Actual parameters of an instance; naturals fall back to their defaults, images must be given. */
export type ActualsOf<P extends ParamSpecs> = {
  readonly [K in keyof P as P[K] extends NatSpec ? K : never]?: NatLike;
} & { readonly [K in keyof P as P[K] extends ImageSpec ? K : never]: Image | ImageRef };
