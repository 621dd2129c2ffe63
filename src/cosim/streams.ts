/**
 * Streams and beats as cosim sees them: ports by name with widths in numbers, a beat as a record of fields.
 *
 * A field is named without the prefix of its stream (`tdata`, `tlast`), so beats of different streams compare.
 */
import type { SignalId } from '../circuit/expr.js';
import type { ModuleDef } from '../circuit/module.js';
import { type NatEnv, evalNat } from '../circuit/nat.js';
import { packedWidth } from '../circuit/types.js';
import type { PortInfo } from '../simulator/simulation.js';

export interface StreamField {
  readonly name: string;
  readonly port: string;
  readonly width: number;
}

export interface StreamSpec {
  /** Prefix of the ports: `s_axis`. */
  readonly name: string;
  /** `sink`: the module receives; `source`: the module sends. */
  readonly role: 'sink' | 'source';
  readonly valid: string;
  readonly ready: string;
  readonly fields: readonly StreamField[];
  /** Name of the field that ends a packet. */
  readonly last?: string;
}

/** One transfer: field name to raw bits. */
export type Beat = Readonly<Record<string, bigint>>;
/** Beats by stream name. */
export type Beats = Readonly<Record<string, readonly Beat[]>>;

function fieldName(stream: string, port: string): string {
  return port.startsWith(`${stream}_`) ? port.slice(stream.length + 1) : port;
}

/** An AXI4-Stream by its prefix: tdata of `width` bits, and tlast unless told otherwise. */
export function axisStream(name: string, role: StreamSpec['role'], width: number, last = true): StreamSpec {
  const data = { name: 'tdata', port: `${name}_tdata`, width };
  const base = { name, role, valid: `${name}_tvalid`, ready: `${name}_tready` };
  return last
    ? { ...base, fields: [data, { name: 'tlast', port: `${name}_tlast`, width: 1 }], last: 'tlast' }
    : { ...base, fields: [data] };
}

/** The ports of a stream, as the module has them. */
export function streamPorts(stream: StreamSpec): PortInfo[] {
  const forward = stream.role === 'sink' ? 'input' : 'output';
  const back = stream.role === 'sink' ? 'output' : 'input';
  return [
    { name: stream.valid, dir: forward, width: 1, signed: false },
    { name: stream.ready, dir: back, width: 1, signed: false },
    ...stream.fields.map(({ port, width }): PortInfo => ({ name: port, dir: forward, width, signed: false })),
  ];
}

/** Parameter values of a module: its defaults under `overrides`. */
export function paramEnv(module: ModuleDef, overrides: Readonly<Record<string, number>> = {}): NatEnv {
  const defaults = module.params.flatMap((param) => (param.kind === 'nat' ? [[param.name, param.default]] : []));
  return { ...(Object.fromEntries(defaults) as Record<string, number>), ...overrides };
}

/** The ready/valid streams of a module with their widths. */
export function moduleStreams(module: ModuleDef, env: NatEnv): StreamSpec[] {
  const nameOf = (id: SignalId): string => {
    const signal = module.signals[id];
    if (signal === undefined) throw new Error(`module ${module.name} has no signal ${id}`);
    return signal.name;
  };
  return module.streams.map((stream) => {
    const fields = stream.payload.map((id): StreamField => {
      const signal = module.signals[id];
      const width = signal === undefined ? 0 : evalNat(packedWidth(signal.type), env);
      return { name: fieldName(stream.name, nameOf(id)), port: nameOf(id), width };
    });
    const base = {
      name: stream.name,
      role: stream.role,
      valid: nameOf(stream.valid),
      ready: nameOf(stream.ready),
      fields,
    };
    return stream.last === undefined ? base : { ...base, last: fieldName(stream.name, nameOf(stream.last)) };
  });
}

/** `tdata=0x1f tlast=1`. */
export function formatBeat(beat: Beat): string {
  return Object.entries(beat)
    .map(([name, value]) => `${name}=${value < 10n ? '' : '0x'}${value.toString(16)}`)
    .join(' ');
}
