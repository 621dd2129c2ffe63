/** Instances: actual parameters, connections by port name, width checks in the child's terms. */
import {
  type Actual,
  type Binding,
  counterExample,
  evalNat,
  type Domain,
  type Nat,
  type ModuleDef,
  type NatEnv,
  natText,
  valuesText,
  lit,
} from '../circuit/index.js';
import type { BuilderCore, ModuleTemplate } from './core.js';
import { kitError, placeOf } from './errors.js';
import { NatExpr, type NatLike, toNat } from './nat-expr.js';
import { type ActualsOf, ImageRef, type ParamSpecs } from './params.js';
import { callerPlace } from './place.js';
import { provesAtLeast, provesEqual } from './proof.js';
import {
  type AnyPort,
  field,
  type InputPort,
  type OutputPort,
  payloadFields,
  type Ports,
  type SinkPort,
  type SourcePort,
  type Stream,
} from './ports.js';
import type { Sig } from './sig.js';
import { type AnySig, type Operand, valueOf } from './sig.js';
import { snakeCase } from './names.js';
import { type Bits, Bool, packedBits, type Payload } from './types.js';

/** Connects an output of an instance to nothing, where its value is of no use. */
export const open: unique symbol = Symbol('open');

/** Inputs and sinks must be connected; outputs and sources may be left to come back as new wires. */
export type ConnectionsOf<Q extends Ports> = {
  readonly [
    K in keyof Q as Q[K] extends InputPort<Bits, string> | SinkPort<Payload, string> ? K : never
  ]: Q[K] extends InputPort<infer T, string> ? Operand<T> : Q[K] extends SinkPort<infer P, string> ? Stream<P> : never;
} & {
  readonly [
    K in keyof Q as Q[K] extends OutputPort<Bits, string> | SourcePort<Payload, string> ? K : never
  ]?: Q[K] extends OutputPort<infer T, string>
    ? Sig<T> | typeof open
    : Q[K] extends SourcePort<infer P, string>
      ? Stream<P>
      : never;
};

/** What an instance gives: its outputs and source streams. */
export type OutputsOf<Q extends Ports> = {
  readonly [
    K in keyof Q as Q[K] extends OutputPort<Bits, string> | SourcePort<Payload, string> ? K : never
  ]: Q[K] extends OutputPort<infer T, string> ? Sig<T> : Q[K] extends SourcePort<infer P, string> ? Stream<P> : never;
};

export function connectInstance<P extends ParamSpecs, Q extends Ports>(
  builder: BuilderCore,
  name: string,
  template: ModuleTemplate<P, Q>,
  actuals: ActualsOf<P>,
  connections: ConnectionsOf<Q>,
  witness: Readonly<Record<string, number>>,
  options: InstanceChoices = {},
): OutputsOf<Q> {
  const place = callerPlace();
  builder.claimItem('instance', name, place);
  const { values, nats } = actualParams(builder, name, template, actuals);
  const childWitness = Object.fromEntries([...nats].map(([key, nat]) => [key, evalNat(nat, indexed(nat, witness))]));
  const child = builder.elaborator.module(template, childWitness);
  // Parameters that the child froze are no longer in its list.
  const live = Object.fromEntries(Object.entries(values).filter(([key]) => child.params.some((p) => p.name === key)));
  // Port types in the parent's terms.
  const ports = template.portsFor(new Map([...nats].map(([key, nat]) => [key, new NatExpr(nat)])));
  const bindings: Record<string, Binding> = {};
  const outputs: Record<string, unknown> = {};
  const given = connections as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given)) {
    if (!(key in ports))
      throw kitError(
        'H1011',
        `instance '${name}': module '${child.name}' has no port '${key}'`,
        `its ports: ${Object.keys(ports).join(', ')}`,
      );
  }
  for (const [key, port] of Object.entries<AnyPort>(ports)) {
    const base = snakeCase(key);
    const bind = (suffix: string, type: Bits, dir: 'input' | 'output', sig: AnySig) => {
      const portName = suffix === '' ? base : `${base}_${suffix}`;
      bindings[portName] = bindPort(builder, `${name}.${portName}`, type, dir, sig);
    };
    if (port.port === 'input') {
      if (given[key] === undefined) throw unconnected(name, key, port);
      bind('', port.type, 'input', valueOf({ type: port.type, context: builder }, given[key] as Operand<Bits>));
    } else if (port.port === 'output' && given[key] === open) {
      // A named wire rather than an empty pin, which lint tools take for a mistake.
      bind('', port.type, 'output', builder.declare(`unused_${name}_${base}`, port.type, { kind: 'wire' }));
    } else if (port.port === 'output') {
      const wire =
        (given[key] as AnySig | undefined) ?? builder.declare(`${name}_${base}`, port.type, { kind: 'wire' });
      bind('', port.type, 'output', wire);
      outputs[key] = wire;
    } else {
      if (given[key] === undefined && port.port === 'sink') throw unconnected(name, key, port);
      const stream = (given[key] as Stream<Payload> | undefined) ?? builder.stream(`${name}_${base}`, port.payload);
      const forward = port.port === 'sink' ? 'input' : 'output';
      bind('tvalid', new Bool({}), forward, stream.valid);
      bind('tready', new Bool({}), port.port === 'sink' ? 'output' : 'input', stream.ready);
      for (const [suffix, type] of payloadFields(port.payload))
        bind(snakeCase(suffix), type, forward, field(stream, suffix));
      if (port.port === 'source') outputs[key] = stream;
    }
  }
  if (options.reset !== undefined)
    bindings[onlyDomain(name, child, 'reset').reset] = bindName(builder, name, 'reset', options.reset);
  if (options.clock !== undefined)
    bindings[onlyDomain(name, child, 'clock').clock] = bindName(builder, name, 'clock', options.clock);
  const domains = builder.instanceDomains(name, child, byClock(name, template, options.domains ?? {}));
  const common = { name, module: child.name, actuals: live, bindings, ...(domains && { domains }) };
  builder.scopes.add({ item: 'instance', ...common, ...(place && { place }) });
  return outputs as OutputsOf<Q>;
}

/** What the last argument of `b.instance` may say. */
interface InstanceChoices {
  readonly domains?: Readonly<Record<string, string>>;
  readonly reset?: Sig<Bool>;
  readonly clock?: Sig<Bool>;
}

/** The domain of a module that may get a clock or a reset of its own. */
function onlyDomain(name: string, child: ModuleDef, what: 'clock' | 'reset'): Domain {
  const [domain] = child.domains;
  if (child.domains.length === 1 && domain !== undefined && !domain.asynchronousReset) return domain;
  throw kitError(
    'H1021',
    `instance '${name}': module '${child.name}' cannot have a ${what} of its own`,
    'only modules of one clock with a synchronous reset can',
    [placeOf(child.place, `module '${child.name}'`)],
  );
}

function bindName(builder: BuilderCore, name: string, what: 'clock' | 'reset', value: Sig<Bool>): Binding {
  const binding = bindPort(builder, `${name}.${what}`, new Bool({}), 'input', value);
  if (binding.dir === 'input' && binding.value.op === 'ref') return binding;
  throw kitError('H1021', `instance '${name}': its ${what} is an expression`, 'give it a name: b.let or b.reg');
}

/** Domains of the parent by clock of the child. */
function byClock(
  name: string,
  { name: module, domains = [] }: ModuleTemplate<ParamSpecs, Ports>,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).map(([key, outer]) => {
      const domain = domains.find((each) => each.key === key);
      if (domain !== undefined) return [domain.clock, outer];
      const known = domains.map((each) => each.key).join(', ');
      throw kitError(
        'H1021',
        `instance '${name}': module '${module}' has no clock domain '${key}'`,
        `its domains: ${known}`,
      );
    }),
  );
}

/** Loop indices in an actual stand at 0 for the witness. */
function indexed(nat: Nat, witness: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const names: Record<string, number> = { ...witness };
  const visit = (n: Nat): void => {
    if (n.op === 'index') names[n.name] ??= 0;
    else if (n.op === 'local') visit(n.value);
    else if ('a' in n) {
      visit(n.a);
      if ('b' in n) visit(n.b);
    }
  };
  visit(nat);
  return names;
}

function actualParams(
  builder: BuilderCore,
  name: string,
  template: ModuleTemplate<ParamSpecs, Ports>,
  actuals: Readonly<Record<string, unknown>>,
) {
  const values: Record<string, Actual> = {};
  const nats = new Map<string, Nat>();
  for (const key of Object.keys(actuals)) {
    if (!(key in template.params)) {
      throw kitError(
        'H1015',
        `instance '${name}': module '${template.name}' has no parameter '${key}'`,
        `its parameters: ${Object.keys(template.params).join(', ')}`,
      );
    }
  }
  for (const [key, spec] of Object.entries(template.params)) {
    const actual = actuals[key];
    if (spec.param === 'image') {
      if (actual === undefined)
        throw kitError(
          'H1015',
          `instance '${name}': parameter '${key}' needs an image`,
          'give the contents of the memory',
        );
      if (actual instanceof ImageRef) values[key] = { op: 'imageParam', name: actual.name };
      else values[key] = { op: 'image', image: actual as Extract<Actual, { op: 'image' }>['image'] };
      continue;
    }
    const nat = actual === undefined ? lit(spec.default) : toNat(actual as NatLike);
    const inRange =
      provesAtLeast(nat, lit(spec.min), builder.proof()) &&
      (spec.max === undefined || provesAtLeast(lit(spec.max), nat, builder.proof()));
    if (!inRange) {
      const range = spec.max === undefined ? `at least ${spec.min}` : `in ${spec.min} .. ${spec.max}`;
      const outside = (env: NatEnv) => evalNat(nat, env) < spec.min || evalNat(nat, env) > (spec.max ?? Infinity);
      const witness = counterExample([nat], builder.proof(), outside);
      const example =
        witness === undefined || nat.op === 'lit' ? '' : `; at ${valuesText(witness)} it is ${evalNat(nat, witness)}`;
      throw kitError(
        'H1015',
        `instance '${name}': parameter ${key} = ${natText(nat)} is not shown to be ${range}${example}`,
        "raise the minimum of the parent's parameter, or add a requires clause",
      );
    }
    nats.set(key, nat);
    values[key] = nat;
  }
  return { values, nats };
}

function bindPort(builder: BuilderCore, label: string, type: Bits, dir: 'input' | 'output', sig: AnySig): Binding {
  builder.checkVisible(sig);
  const wanted = toNat(packedBits(type));
  const got = toNat(packedBits(sig.type));
  if (
    !provesEqual(wanted, got, builder.proof()) ||
    (type.kind !== sig.type.kind && !(type.kind === 'enum' && sig.type.kind === 'enum'))
  ) {
    throw kitError(
      'H1001',
      `port '${label}' is ${type.kind} [${natText(wanted)}] and '${sig.label}' is ${sig.type.kind} [${natText(got)}]`,
      'convert or resize the signal, or pass matching parameters',
      [placeOf(sig.place, `'${sig.label}' is declared here`)],
    );
  }
  if (dir === 'input') return { dir, value: sig.expr };
  const kind = sig.target === undefined ? undefined : builder.signals[sig.target.signal]?.kind;
  if (sig.target === undefined || (kind !== 'wire' && kind !== 'output')) {
    throw kitError(
      'H1013',
      `port '${label}' drives '${sig.label}', which cannot be driven`,
      'connect a wire or an output',
    );
  }
  return { dir, target: sig.target };
}

function unconnected(name: string, key: string, port: AnyPort): Error {
  return kitError('H1011', `instance '${name}': port '${key}' is not connected`, `connect '${key}'`, [
    placeOf(port.place, `'${key}' is declared here`),
  ]);
}
