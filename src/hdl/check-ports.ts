/** Checks of ports and streams: inputs that nothing reads, streams that nobody answers. */
import type { Diagnostic } from '../base/diagnostics.js';
import {
  allItems,
  expressionsOf,
  forEachRead,
  forEachStmt,
  type Item,
  type ModuleDef,
  type Expr,
  type SignalId,
  type SourcePlace,
} from '../circuit/index.js';
import { diagnostic, placeOf } from './errors.js';

/** A stream between two instances: its wires. */
export interface InnerStream {
  readonly name: string;
  readonly valid: SignalId;
  readonly ready: SignalId;
  readonly payload: readonly SignalId[];
}

/** Inputs that are read nowhere. `except` are signals of which another message tells already. */
export function unreadInputs(module: ModuleDef, except: ReadonlySet<SignalId>): Diagnostic[] {
  const read = readPlaces(module);
  return module.signals.flatMap((signal, id) => {
    if (signal.kind !== 'input' || read.has(id) || except.has(id)) return [];
    const ready = module.streams.find((stream) => stream.ready === id);
    const what =
      ready === undefined ? `input '${signal.name}'` : `'${signal.name}', the back-pressure of '${ready.name}',`;
    return diagnostic(
      'H1008',
      `${what} of module '${module.name}' is never read`,
      `remove the port, read it, or write b.unused('${signal.name}', ...) to say that it is meant`,
      [placeOf(signal.place, `'${signal.name}' is declared here`), placeOf(module.place, `module '${module.name}'`)],
    );
  });
}

/** Problems with whole streams, and the signals that they explain: no other message is needed about those. */
export function streamProblems(
  module: ModuleDef,
  inner: readonly InnerStream[],
  undriven: ReadonlySet<SignalId>,
): { readonly problems: readonly Diagnostic[]; readonly explained: ReadonlySet<SignalId> } {
  const explained = new Set<SignalId>();
  const problems: Diagnostic[] = [];
  const read = readPlaces(module);
  const open = (ids: readonly SignalId[]): boolean => ids.length > 0 && ids.every((id) => undriven.has(id));
  const place = (id: SignalId) => module.signals[id]!.place;
  const unconnected = (stream: InnerStream, missing: string, fix: string, ids: readonly SignalId[]): void => {
    ids.forEach((id) => explained.add(id));
    problems.push(
      diagnostic('H1011', `stream '${stream.name}' of module '${module.name}' is left unconnected: ${missing}`, fix, [
        placeOf(place(stream.valid), `'${stream.name}' is declared here`),
        placeOf(module.place, `module '${module.name}'`),
      ]),
    );
  };
  const readBack = (stream: InnerStream, id: SignalId, role: string, duty: string): void => {
    explained.add(id);
    const { name } = module.signals[id]!;
    problems.push(
      diagnostic('H1019', `'${name}' is read, but module '${module.name}' never drives it: ${role}`, duty, [
        placeOf(read.get(id), 'read here'),
        placeOf(place(stream.valid), `'${stream.name}' is declared here`),
      ]),
    );
  };
  for (const stream of module.streams) {
    const forward = [stream.valid, ...stream.payload];
    if (stream.role === 'sink' && undriven.has(stream.ready)) {
      if (read.has(stream.ready)) {
        const duty = `drive it with b.assign(${stream.name}.ready, ...)`;
        readBack(stream, stream.ready, 'the ready of a sink is an output', duty);
      } else {
        const fix = `drive ${stream.name}.ready, or pass the stream on with b.connect`;
        unconnected(stream, 'nothing drives its ready', fix, [stream.ready, ...forward]);
      }
    } else if (stream.role === 'source' && undriven.has(stream.valid) && read.has(stream.valid)) {
      const duty = `drive it with b.assign(${stream.name}.valid, ...)`;
      readBack(stream, stream.valid, 'the valid of a source is an output', duty);
    } else if (stream.role === 'source' && open(forward)) {
      const fix = `drive ${stream.name}.valid and its data, or b.connect it to a stream`;
      unconnected(stream, 'nothing drives its valid and data', fix, [stream.ready, ...forward]);
    }
  }
  for (const stream of inner) {
    const forward = [stream.valid, ...stream.payload];
    if (open(forward)) {
      const ids = undriven.has(stream.ready) ? [...forward, stream.ready] : forward;
      unconnected(stream, 'it has no producer', 'connect it to a source of an instance, or drive it', ids);
    } else if (undriven.has(stream.ready)) {
      unconnected(stream, 'it has no consumer', 'connect it to a sink of an instance, or drive its ready', [
        stream.ready,
      ]);
    }
  }
  return { problems, explained };
}

/** Signals that something reads, with the first place that does. */
function readPlaces(module: ModuleDef): ReadonlyMap<SignalId, SourcePlace | undefined> {
  const places = new Map<SignalId, SourcePlace | undefined>();
  const read = (expr: Expr, place: SourcePlace | undefined): void =>
    forEachRead(expr, (id) => {
      if (!places.has(id)) places.set(id, place);
    });
  const visit = (item: Item): void => {
    switch (item.item) {
      case 'assign':
        return read(item.value, item.place);
      case 'process':
        return forEachStmt(item.body, (stmt) => {
          for (const expr of expressionsOf(stmt)) read(expr, stmt.place);
        });
      case 'instance':
        for (const binding of Object.values(item.bindings)) {
          if (binding.dir === 'input') read(binding.value, item.place);
        }
        return;
      default:
    }
  };
  allItems(module.items).forEach(visit);
  return places;
}
