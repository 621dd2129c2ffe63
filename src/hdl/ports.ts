/** Ports as the author declares them, and the signals a body sees for them. */
import type { SourcePlace } from '../circuit/index.js';
import { callerPlace } from './place.js';
import type { AnySig, Sig } from './sig.js';
import { type Bits, type Bool, type Bundle, Bundle as BundleClass, type Payload } from './types.js';

/**
 * What all ports have. `D` is the clock domain by the name that the module gives it: `main` is the first one, `async`
 * belongs to no clock of the module.
 */
interface Common<D extends string> {
  readonly doc?: string;
  readonly place?: SourcePlace;
  readonly domain: D;
}
export interface InputPort<T extends Bits, D extends string = 'main'> extends Common<D> {
  readonly port: 'input';
  readonly type: T;
  /** The same port in another clock domain of the module. */
  in<const N extends string>(domain: N): InputPort<T, N>;
}
export interface OutputPort<T extends Bits, D extends string = 'main'> extends Common<D> {
  readonly port: 'output';
  readonly type: T;
  in<const N extends string>(domain: N): OutputPort<T, N>;
}
export interface SinkPort<P extends Payload, D extends string = 'main'> extends Common<D> {
  readonly port: 'sink';
  readonly payload: P;
  in<const N extends string>(domain: N): SinkPort<P, N>;
}
export interface SourcePort<P extends Payload, D extends string = 'main'> extends Common<D> {
  readonly port: 'source';
  readonly payload: P;
  in<const N extends string>(domain: N): SourcePort<P, N>;
}
export type AnyPort<D extends string = string> =
  InputPort<Bits, D> | OutputPort<Bits, D> | SinkPort<Payload, D> | SourcePort<Payload, D>;
export type Ports<D extends string = string> = Readonly<Record<string, AnyPort<D>>>;

const noted = (doc: string | undefined, place: SourcePlace | undefined) => ({
  ...(doc === undefined ? {} : { doc }),
  ...(place === undefined ? {} : { place }),
});

export const input = <T extends Bits>(type: T, doc?: string): InputPort<T, 'main'> => {
  const common = { port: 'input', type, ...noted(doc, callerPlace()) } as const;
  const make = <N extends string>(domain: N): InputPort<T, N> => ({ ...common, domain, in: make });
  return make('main');
};
export const output = <T extends Bits>(type: T, doc?: string): OutputPort<T, 'main'> => {
  const common = { port: 'output', type, ...noted(doc, callerPlace()) } as const;
  const make = <N extends string>(domain: N): OutputPort<T, N> => ({ ...common, domain, in: make });
  return make('main');
};
/** A stream that enters: valid and payload in, ready out. */
export const sink = <P extends Payload>(payload: P, doc?: string): SinkPort<P, 'main'> => {
  const common = { port: 'sink', payload, ...noted(doc, callerPlace()) } as const;
  const make = <N extends string>(domain: N): SinkPort<P, N> => ({ ...common, domain, in: make });
  return make('main');
};
/** A stream that leaves: valid and payload out, ready in. */
export const source = <P extends Payload>(payload: P, doc?: string): SourcePort<P, 'main'> => {
  const common = { port: 'source', payload, ...noted(doc, callerPlace()) } as const;
  const make = <N extends string>(domain: N): SourcePort<P, N> => ({ ...common, domain, in: make });
  return make('main');
};

/** Signals of a payload: one signal, or a record of them. */
export type DataOf<P extends Payload> =
  P extends Bundle<infer F> ? { readonly [K in keyof F]: Sig<F[K]> } : P extends Bits ? Sig<P> : never;

/** A ready/valid stream as seen in a body. `fire` is true in the cycle in which a beat moves. */
export interface Stream<P extends Payload> {
  readonly payload: P;
  readonly name: string;
  readonly valid: Sig<Bool>;
  readonly ready: Sig<Bool>;
  readonly fire: Sig<Bool>;
  readonly data: DataOf<P>;
}

export type IoOf<Q extends Ports> = {
  readonly [K in keyof Q]: Q[K] extends InputPort<infer T, string> | OutputPort<infer T, string>
    ? Sig<T>
    : Q[K] extends SinkPort<infer P, string> | SourcePort<infer P, string>
      ? Stream<P>
      : never;
};

/** Payload fields with the suffix they have in the text: `tdata`, or the names of a bundle. */
export function payloadFields(payload: Payload): readonly (readonly [string, Bits])[] {
  return payload instanceof BundleClass ? Object.entries(payload.fields) : [['tdata', payload]];
}

/** Signal of a stream's payload by field name. */
export function field<P extends Payload>(stream: Stream<P>, key: string): AnySig {
  return stream.payload instanceof BundleClass
    ? (stream.data as Readonly<Record<string, AnySig>>)[key]!
    : (stream.data as unknown as AnySig);
}
