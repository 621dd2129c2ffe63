/** Ports as the author declares them, and the signals a body sees for them. */
import type { SourcePlace } from '../circuit/index.js';
import { callerPlace } from './place.js';
import type { AnySig, Sig } from './sig.js';
import { type Bits, type Bool, type Bundle, Bundle as BundleClass, type Payload } from './types.js';

interface Common {
  readonly doc?: string;
  readonly place?: SourcePlace;
}
export interface InputPort<T extends Bits> extends Common {
  readonly port: 'input';
  readonly type: T;
}
export interface OutputPort<T extends Bits> extends Common {
  readonly port: 'output';
  readonly type: T;
}
export interface SinkPort<P extends Payload> extends Common {
  readonly port: 'sink';
  readonly payload: P;
}
export interface SourcePort<P extends Payload> extends Common {
  readonly port: 'source';
  readonly payload: P;
}
export type AnyPort = InputPort<Bits> | OutputPort<Bits> | SinkPort<Payload> | SourcePort<Payload>;
export type Ports = Readonly<Record<string, AnyPort>>;

function common(doc: string | undefined): Common {
  const place = callerPlace();
  return { ...(doc === undefined ? {} : { doc }), ...(place === undefined ? {} : { place }) };
}

export const input = <T extends Bits>(type: T, doc?: string): InputPort<T> => ({ port: 'input', type, ...common(doc) });
export const output = <T extends Bits>(type: T, doc?: string): OutputPort<T> => ({
  port: 'output',
  type,
  ...common(doc),
});
/** A stream that enters: valid and payload in, ready out. */
export const sink = <P extends Payload>(payload: P, doc?: string): SinkPort<P> => ({
  port: 'sink',
  payload,
  ...common(doc),
});
/** A stream that leaves: valid and payload out, ready in. */
export const source = <P extends Payload>(payload: P, doc?: string): SourcePort<P> => ({
  port: 'source',
  payload,
  ...common(doc),
});

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
  readonly [K in keyof Q]: Q[K] extends InputPort<infer T> | OutputPort<infer T>
    ? Sig<T>
    : Q[K] extends SinkPort<infer P> | SourcePort<infer P>
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
