/** `defineModule` and the elaboration of templates to the modules of a design. */
import {
  type Design,
  type ExternalModule,
  lit,
  type ModuleDef,
  type Nat,
  type NatCondition,
  type NatContext,
  type Param,
  type Requirement,
  type SourcePlace,
} from '../circuit/index.js';
import { Builder } from './builder.js';
import type { ModuleSource, ModuleTemplate } from './core.js';
import { checkModule } from './check.js';
import { type DomainName, domainsOf, type DomainSpecs, type NamedDomain } from './domains.js';
import { conditionFacts } from './context.js';
import { kitError } from './errors.js';
import { snakeCase } from './names.js';
import { NatExpr, type NatLike, toNat } from './nat-expr.js';
import { ImageRef, type ParamSpecs, type ParamValues } from './params.js';
import { callerPlace } from './place.js';
import { type AnyPort, type IoOf, type Ports } from './ports.js';
import { documented } from './types.js';

export interface ModuleSpec<P extends ParamSpecs, Q extends Ports, D extends DomainSpecs = Record<never, never>> {
  /** snake_case name of the module. */
  readonly name: string;
  /** Header of the text: what it does; what it cuts or guarantees; latency and throughput. */
  readonly doc: string;
  readonly params: P;
  /** Clock domains beside `main` (`aclk`, `aresetn`), or other names for that one. */
  readonly domains?: D;
  /** What must hold between parameters; proves widths, and is checked when the text is elaborated. */
  readonly requires?: (params: ParamValues<P>) => readonly Requirement[];
  readonly ports: (params: ParamValues<P>) => Q;
  readonly body: (b: Builder<keyof D & string>, io: IoOf<Q>, params: ParamValues<P>) => void;
  /** The module is written elsewhere: see `defineBlackBox`. */
  readonly external?: ExternalModule;
}

/** A statement about parameters with the reason that a reader of the text sees. */
export function requirement(condition: NatCondition, reason: string): Requirement {
  return { condition, reason };
}

export function defineModule<
  const P extends ParamSpecs,
  Q extends Ports<DomainName<D> | 'async'>,
  const D extends DomainSpecs = Record<never, never>,
>(spec: ModuleSpec<P, Q, D>): ModuleTemplate<P, Q> {
  const place = callerPlace();
  const domains = domainsOf(spec.domains ?? {});
  return {
    domains,
    name: spec.name,
    doc: spec.doc,
    params: spec.params,
    portsFor: (actuals) =>
      spec.ports(values(spec.params, (key) => actuals.get(key) ?? new NatExpr({ op: 'param', name: key }))),
    elaborate(elaborator, witness) {
      // A freeze is found while the body runs; then the body runs again with the parameter hard.
      let frozen: ReadonlySet<string> = new Set();
      for (;;) {
        const attempt = build(spec, domains, place, elaborator, witness, frozen);
        if (attempt.frozen.size <= frozen.size) return attempt.module;
        frozen = attempt.frozen;
      }
    },
  };
}

function values<P extends ParamSpecs>(params: P, natOf: (key: string) => NatExpr): ParamValues<P> {
  const entries = Object.entries(params).map<[string, NatExpr | ImageRef]>(([key, spec]) => [
    key,
    spec.param === 'nat' ? natOf(key) : new ImageRef(key),
  ]);
  return Object.fromEntries(entries) as ParamValues<P>;
}

function build<P extends ParamSpecs, Q extends Ports, D extends DomainSpecs>(
  spec: ModuleSpec<P, Q, D>,
  domains: readonly NamedDomain[],
  place: SourcePlace | undefined,
  elaborator: ModuleSource,
  witness: Readonly<Record<string, number>>,
  frozen: ReadonlySet<string>,
): { readonly module: ModuleDef; readonly frozen: ReadonlySet<string> } {
  const hard = (key: string): Nat => ({ op: 'local', name: key, value: lit(witness[key] ?? 0) });
  const params = values(spec.params, (key) => new NatExpr(frozen.has(key) ? hard(key) : { op: 'param', name: key }));
  const requires = spec.requires?.(params) ?? [];
  const name = snakeCase(spec.name) + [...frozen].map((key) => `_${key.toLowerCase()}${witness[key] ?? 0}`).join('');
  const builder = new Builder<keyof D & string>(
    name,
    proofContext(spec.params, requires),
    witness,
    elaborator,
    domains,
  );
  for (const key of [...new Set(domains.flatMap(({ clock, reset }) => [clock, reset])), ...Object.keys(spec.params)])
    builder.reserve(key);
  for (const key of frozen) builder.localParams.push({ name: key, value: lit(witness[key] ?? 0) });
  const io = declarePorts(builder, spec.ports(params));
  spec.body(builder, io, params);
  const module: ModuleDef = {
    name,
    doc: spec.doc,
    params: Object.entries(spec.params)
      .filter(([key]) => !frozen.has(key))
      .map(([key, s]) => toParam(key, s)),
    localParams: builder.localParams,
    requires: frozen.size > 0 ? [] : requires,
    domains: builder.domains,
    signals: builder.signals,
    streams: builder.streams,
    items: builder.scopes.root.items,
    ...(spec.external && { external: spec.external }),
    ...(place && { place }),
  };
  if (builder.frozen.size <= frozen.size && spec.external === undefined) {
    const env = { ...defaults(spec.params), ...witness };
    checkModule(module, elaborator.modules, env, builder.innerStreams);
  }
  return { module, frozen: new Set([...frozen, ...builder.frozen]) };
}

function toParam(name: string, spec: ParamSpecs[string]): Param {
  if (spec.param === 'image') return { kind: 'image', name, doc: spec.doc };
  const { default: value, min, doc } = spec;
  return { kind: 'nat', name, default: value, min, ...(spec.max === undefined ? {} : { max: spec.max }), doc };
}

function defaults(params: ParamSpecs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, spec]) => (spec.param === 'nat' ? [[key, spec.default]] : [])),
  );
}

function proofContext(params: ParamSpecs, requires: readonly Requirement[]): NatContext {
  const nats = Object.entries(params).flatMap(([key, spec]) => (spec.param === 'nat' ? [[key, spec] as const] : []));
  return {
    minimum: new Map(nats.map(([key, spec]) => [key, spec.min])),
    maximum: new Map(nats.flatMap(([key, spec]) => (spec.max === undefined ? [] : [[key, spec.max] as const]))),
    indexCount: new Map(),
    facts: requires.flatMap((requirement) => conditionFacts(requirement.condition)),
  };
}

function declarePorts<Q extends Ports>(builder: Builder<string>, ports: Q): IoOf<Q> {
  const io = Object.entries<AnyPort>(ports).map<[string, unknown]>(([key, port]) => {
    const name = snakeCase(key);
    const index: number | 'asynchronous' = port.domain === 'async' ? 'asynchronous' : builder.domainIndex(port.domain);
    const domain = index === 0 ? {} : { domain: index };
    if (port.port === 'input' || port.port === 'output') {
      return [key, builder.declare(name, documented(port.type, port.doc), { kind: port.port, ...domain }, port.place)];
    }
    const first = builder.signals.length;
    const forward = port.port === 'sink' ? 'input' : 'output';
    const backward = port.port === 'sink' ? 'output' : 'input';
    const stream = builder.makeStream(name, port.payload, (suffix, type, role) =>
      builder.declare(
        `${name}_${suffix}`,
        suffix === 'tvalid' ? documented(type, port.doc) : type,
        { kind: role === 'forward' ? forward : backward, ...domain },
        port.place,
      ),
    );
    const payload = builder.signals.slice(first + 2).map((_, k) => first + 2 + k);
    const last = payload.find((id) => builder.signals[id]!.name === `${name}_tlast`);
    const role = { name, role: port.port, valid: first, ready: first + 1, payload };
    builder.streams.push({ ...role, ...(last === undefined ? {} : { last }) });
    return [key, stream];
  });
  return Object.fromEntries(io) as IoOf<Q>;
}

/** Collects the modules of one design; a template is built once per set of frozen parameters. */
export class Elaborator implements ModuleSource {
  readonly modules: Record<string, ModuleDef> = {};
  private readonly templates = new Map<string, unknown>();

  module<P extends ParamSpecs, Q extends Ports>(
    template: ModuleTemplate<P, Q>,
    witness: Readonly<Record<string, number>>,
  ): ModuleDef {
    // A template that froze nothing last time is the same for every witness.
    const known = this.modules[snakeCase(template.name)];
    if (known !== undefined && this.templates.get(known.name) === template) return known;
    const built = template.elaborate(this, witness);
    const owner = this.templates.get(built.name);
    if (owner !== undefined && owner !== template) {
      throw kitError('H1006', `two modules of the design are called '${built.name}'`, 'rename one of them');
    }
    if (owner === undefined) {
      this.templates.set(built.name, template);
      this.modules[built.name] = built;
    }
    return this.modules[built.name]!;
  }
}

/** A design with `template` as its top. `witness` gives values for parameters that bodies freeze. */
export function buildDesign<P extends ParamSpecs, Q extends Ports>(
  template: ModuleTemplate<P, Q>,
  witness: Readonly<Record<string, NatLike>> = {},
): Design {
  const elaborator = new Elaborator();
  const numbers = Object.fromEntries(
    Object.entries({ ...defaults(template.params), ...witness }).map(([key, value]) => {
      const nat = toNat(value);
      return [key, nat.op === 'lit' ? nat.value : 0];
    }),
  );
  const top = elaborator.module(template, numbers);
  return { top: top.name, modules: elaborator.modules };
}
