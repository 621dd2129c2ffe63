/**
 * A design with a protocol monitor beside every stream of its top, as one circuit: a new top with the ports of the old
 * one and, per stream, `<stream>_violations` and `<stream>_first_cycle`. For simulation; the text of a design stays
 * without it.
 */
import {
  type Actual,
  type Binding,
  type Design,
  type Expr,
  type Item,
  type ModuleDef,
  type Signal,
  type Type,
  evalNat,
  lit,
  packedWidth,
} from '../../circuit/index.js';
import { Elaborator } from '../../hdl/index.js';
import { type StreamField, type StreamSpec, moduleStreams, paramEnv } from '../streams.js';
import { paramsOfStream } from './checker.js';
import { streamMonitor } from './monitor.js';

export interface WatchOptions {
  /** Values of the top's parameters: the monitors are made for them. The others keep their defaults. */
  readonly params?: Readonly<Record<string, number>>;
  /** Promised beats per packet, by stream. */
  readonly packet?: Readonly<Record<string, number>>;
  /** Cycles that ready may stay low under valid. Default: for ever. */
  readonly maxWait?: number;
}

const standard: readonly string[] = ['tdata', 'tkeep', 'tstrb', 'tid', 'tdest', 'tuser'];

/** `design` under a top called `<top>_watched`, whose inputs `monitor_clear` and `monitor_eos` go to all monitors. */
export function watchStreams(design: Design, options: WatchOptions = {}): Design {
  const top = design.modules[design.top];
  if (top === undefined) throw new Error(`the design has no module '${design.top}'`);
  const env = paramEnv(top, options.params);
  const elaborator = new Elaborator();
  const monitors = new Map<string, ModuleDef>();
  const ports = top.signals.filter(({ kind }) => kind === 'input' || kind === 'output');
  const signals: Signal[] = [...ports];
  const add = (signal: Signal): number => signals.push(signal) - 1;
  const refer = (id: number): Expr => ({ op: 'ref', type: signals[id]?.type ?? { kind: 'bool' }, signal: id });
  const [clear, eos] = ['monitor_clear', 'monitor_eos'].map((name) =>
    add({ kind: 'input', name, type: { kind: 'bool' } }),
  ) as [number, number];
  const items: Item[] = [instanceOf(top, ports)];
  for (const stream of moduleStreams(top, env)) {
    const payload = payloadOf(stream);
    const shape = { ...stream, fields: payload.map(({ name, width }) => ({ name, width, port: name })) };
    const params = paramsOfStream(shape, { packet: options.packet?.[stream.name], maxWait: options.maxWait });
    const key = JSON.stringify(params);
    const monitor = monitors.get(key) ?? elaborator.module(streamMonitor(params), {});
    monitors.set(key, monitor);
    const byName = (port: string): Expr => refer(ports.findIndex(({ name }) => name === port));
    const output = (name: string): Binding => {
      const port = monitor.signals.find((signal) => signal.name === name);
      if (port === undefined) throw new Error(`the monitor has no ${name}`);
      const id = add({ kind: 'output', name: `${stream.name}_${name}`, type: port.type });
      return { dir: 'output', target: { signal: id, path: [] } };
    };
    const wires = payload.map(({ name, fields }): readonly [string, Binding] => {
      const parts = fields.map(({ port, width }) => asNumber(byName(port), width));
      const value = name === 'tlast' ? asBool(parts) : joined(parts);
      return [name, { dir: 'input', value }];
    });
    items.push({
      item: 'instance',
      name: `${stream.name}_monitor`,
      module: monitor.name,
      actuals: {},
      bindings: {
        clear: { dir: 'input', value: refer(clear) },
        eos: { dir: 'input', value: refer(eos) },
        tvalid: { dir: 'input', value: byName(stream.valid) },
        tready: { dir: 'input', value: byName(stream.ready) },
        ...Object.fromEntries(wires),
        violations: output('violations'),
        first_cycle: output('first_cycle'),
      },
    });
  }
  const { params, localParams, requires, domains, streams } = top;
  const name = `${top.name}_watched`;
  const doc = `${top.name} with a protocol monitor beside every stream`;
  const wrapped: ModuleDef = {
    ...{ name, doc, params: params.map((p) => (p.kind === 'nat' ? { ...p, default: env[p.name] ?? p.default } : p)) },
    ...{ localParams, requires, domains, signals, streams, items },
  };
  return { top: name, modules: { ...design.modules, ...elaborator.modules, [name]: wrapped } };
}

/** The old top with all its ports on ports of the same name, parameters passed on. */
function instanceOf(top: ModuleDef, ports: readonly Signal[]): Item {
  const bindings = ports.map(({ kind, name, type }, id): readonly [string, Binding] => [
    name,
    kind === 'input'
      ? { dir: 'input', value: { op: 'ref', type, signal: id } }
      : { dir: 'output', target: { signal: id, path: [] } },
  ]);
  const actuals = top.params.map(({ kind, name }): readonly [string, Actual] => [
    name,
    kind === 'nat' ? { op: 'param', name } : { op: 'imageParam', name },
  ]);
  return {
    item: 'instance',
    name: 'watched',
    module: top.name,
    actuals: Object.fromEntries(actuals),
    bindings: Object.fromEntries(bindings),
  };
}

interface MonitorField {
  readonly name: string;
  readonly width: number;
  /** First lowest. */
  readonly fields: readonly StreamField[];
}

/** Fields as the monitor has them: what AXI4-Stream does not know goes into tuser, to be stable like the rest. */
function payloadOf(stream: StreamSpec): readonly MonitorField[] {
  const place = (field: StreamField): string =>
    field.name === stream.last ? 'tlast' : standard.includes(field.name) ? field.name : 'tuser';
  return [...new Set(stream.fields.map(place))].map((name) => {
    const fields = stream.fields.filter((field) => place(field) === name);
    return { name, fields, width: fields.reduce((sum, { width }) => sum + width, 0) };
  });
}

function asNumber(value: Expr, width: number): Expr {
  const type = { kind: 'uint', width: lit(width) } as const;
  if (value.type.kind === 'uint') return { ...value, type };
  return { op: 'convert', type, fn: value.type.kind === 'vec' ? 'pack' : 'reinterpret', a: value };
}

function joined(parts: readonly Expr[]): Expr {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const width = parts.reduce((sum, { type }) => sum + evalNat(packedWidth(type), {}), 0);
  return { op: 'cat', type: { kind: 'uint', width: lit(width) }, parts: [...parts].reverse() };
}

function asBool(parts: readonly Expr[]): Expr {
  const type: Type = { kind: 'bool' };
  return { op: 'convert', type, fn: 'reinterpret', a: joined(parts) };
}
