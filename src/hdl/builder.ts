/**
 * The builder `b` that a module body writes with. It turns declarations, equations, clocked statements, generate blocks
 * and instances into the plain data of `src/circuit`, checking each as it comes.
 */
import {
  type Domain,
  evalNat,
  type Expr,
  forEachRead,
  type LocalParam,
  type ModuleDef,
  type NatCondition,
  type NatContext,
  type Signal,
  type SourcePlace,
  type Stmt,
  type StreamPort,
} from '../circuit/index.js';
import { domainIndex, domainsOf, instanceDomains, type NamedDomain } from './domains.js';
import type { InnerStream } from './check-ports.js';
import { conditionFacts, type ModuleContext, negate, withFacts, withIndex } from './context.js';
import { kitError, placeOf } from './errors.js';
import { connectInstance, type ConnectionsOf, type OutputsOf } from './instance.js';
import { Memory } from './memory.js';
import { checkName, snakeCase } from './names.js';
import { NatExpr, type NatLike, toNat } from './nat-expr.js';
import type { ActualsOf, ImageRef, ParamSpecs } from './params.js';
import { callerPlace } from './place.js';
import { type DataOf, field, payloadFields, type Ports, type Stream } from './ports.js';
import { type Block, ScopeStack } from './scope.js';
import { type AnySig, constant, type Operand, sameModule, sameType, Sig, valueOf } from './sig.js';
import type { BuilderCore, ModuleSource, ModuleTemplate, SignalKind } from './core.js';
import {
  type Bits,
  Bool,
  Bundle,
  documented,
  type Enum,
  packedBits,
  type Payload,
  plain,
  type Scalar,
  toType,
  type UInt,
  uint,
  type Vec,
} from './types.js';
import { keywords } from '../circuit/keywords.js';

type SigRecord<R extends Readonly<Record<string, Bits>>> = { readonly [K in keyof R]: Sig<R[K]> };

/** What follows a `when`. */
export interface WhenChain {
  elseWhen(cond: Sig<Bool>, body: () => void): WhenChain;
  otherwise(body: () => void): void;
}

export interface InstanceOptions<D extends string> {
  /** Domain of this module by domain of the instantiated one, where the instance has several. */
  readonly domains?: Readonly<Record<string, D>>;
  /**
   * A reset of its own (active low, in the instance's clock domain) in place of this module's: a wire or register. An
   * instance that is reset by a register leaves the common reset one cycle later.
   */
  readonly reset?: Sig<Bool>;
  /**
   * A clock of its own in the text, in place of this module's: the output of a clock gate. The simulators run the instance with
   * every edge, so the gate may leave out only edges that nobody misses.
   */
  readonly clock?: Sig<Bool>;
}

export interface MemoryOptions {
  /** Where two writes may run in one cycle: the `last` statement wins, or they `never` meet at one address. */
  readonly collision?: 'last' | 'never';
  readonly style?: 'auto' | 'block' | 'distributed' | 'ultra';
  readonly doc?: string;
  /** Contents at the start of a memory that is written too. A reset does not bring them back. */
  readonly image?: ImageRef;
}

/** `D` names the clock domains of the module beside `main`. */
export class Builder<D extends string = never> implements BuilderCore {
  readonly signals: Signal[] = [];
  readonly streams: StreamPort[] = [];
  /** Streams between instances. */
  readonly innerStreams: InnerStream[] = [];
  readonly localParams: LocalParam[] = [];
  /** Domain of registers, memories and instances that are declared now. */
  private currentDomain = 0;
  readonly scopes = new ScopeStack();
  /** Parameters that `freeze` made hard. */
  readonly frozen = new Set<string>();
  private readonly names = new Map<string, SourcePlace | undefined>();
  private readonly itemNames = new Map<Block, Map<string, SourcePlace | undefined>>();
  private readonly indexNames = new Set<string>();
  private proofContext: NatContext;

  constructor(
    readonly moduleName: string,
    proof: NatContext,
    private readonly witness: Readonly<Record<string, number>>,
    readonly elaborator: ModuleSource,
    private readonly named: readonly NamedDomain[] = domainsOf({}),
  ) {
    this.proofContext = proof;
  }

  get domains(): readonly Domain[] {
    return this.named.map(({ clock, reset, asynchronousReset }) => ({ clock, reset, asynchronousReset }));
  }

  proof(): NatContext {
    return this.proofContext;
  }

  // --- declarations -----------------------------------------------------------------------------------------------
  /** Registers, one a key; the text calls them `<key>_q`. A reset value comes from the type's `.reset()`. */
  regs<const R extends Readonly<Record<string, Bits>>>(types: R): SigRecord<R> {
    return this.each(types, (key, type) => this.reg(key, type));
  }
  reg<T extends Bits>(key: string, type: T): Sig<T> {
    const { reset } = type.notes;
    const value = reset === undefined ? undefined : resetValue(type, reset, this);
    const kind: SignalKind = {
      kind: 'reg',
      domain: this.currentDomain,
      ...(value === undefined ? {} : { reset: value }),
      ...(type.notes.synchronizer === true ? { synchronizer: true } : {}),
    };
    return this.declare(`${snakeCase(key)}_q`, type, kind);
  }
  /** Registers, memories and instances that `body` declares belong to this clock domain. */
  domain<T>(name: 'main' | D, body: () => T): T {
    const before = this.currentDomain;
    this.currentDomain = this.domainIndex(name);
    try {
      return body();
    } finally {
      this.currentDomain = before;
    }
  }
  /**
   * `value` for use in `domain`, whatever clocks it comes from. Whoever writes this answers for it: the reason stands in
   * the circuit and in the text. BitSynchronizer and AsyncFifo of the library do it right.
   */
  crossing<T extends Bits>(key: string, value: Sig<T>, domain: 'main' | D, reason: string): Sig<T> {
    const crossing = { domain: this.domainIndex(domain), reason };
    const wire = this.declare(snakeCase(key), plain(value.type), { kind: 'wire', crossing });
    const { place, driven, source } = this.drive(wire, value, 'assign');
    this.scopes.add({ item: 'assign', target: driven, value: source, ...place });
    return wire;
  }
  /** Wires to be driven later, one a key. */
  wires<const R extends Readonly<Record<string, Bits>>>(types: R): SigRecord<R> {
    return this.each(types, (key, type) => this.declare(snakeCase(key), type, { kind: 'wire' }));
  }
  wire<T extends Bits>(key: string, type: T): Sig<T> {
    return this.declare(snakeCase(key), type, { kind: 'wire' });
  }
  /** A named value: a wire and its equation, also inside a when. Naming is how a value is shared and shows in waves. */
  let<T extends Bits>(key: string, value: Sig<T>, doc?: string): Sig<T> {
    const wire = this.declare(snakeCase(key), documented(plain(value.type), doc), { kind: 'wire' });
    const { place, driven, source } = this.drive(wire, value, 'assign');
    this.scopes.add({ item: 'assign', target: driven, value: source, ...place });
    return wire;
  }
  /** States that bits of `value` are dropped on purpose: a wire that reads them all, for readers and for lint. */
  unused(key: string, value: AnySig): void {
    const bits = value.type.kind === 'vec' ? (value as Sig<Vec<Bits>>).pack() : (value as Sig<UInt>).asUInt();
    this.let(`unused_${snakeCase(key)}`, bits.anyOne(), 'not every bit matters');
  }
  /** The wires of a stream between two instances. */
  stream<P extends Payload>(key: string, payload: P, doc?: string): Stream<P> {
    const base = snakeCase(key);
    const field = (suffix: string, type: Bits) =>
      this.declare(`${base}_${suffix}`, suffix === 'tvalid' && doc !== undefined ? type.doc(doc) : type, {
        kind: 'wire',
      });
    const valid = this.signals.length;
    const stream = this.makeStream(base, payload, (suffix, type) => field(suffix, type));
    const rest = this.signals.slice(valid + 2).map((_, k) => valid + 2 + k);
    this.innerStreams.push({ name: base, valid, ready: valid + 1, payload: rest });
    return stream;
  }
  /** A memory of `depth` words; reads are asynchronous, register them for block RAM. */
  memory<T extends Scalar>(key: string, type: T, depth: NatLike, options: MemoryOptions = {}): Memory<T> {
    return this.makeMemory(key, type, depth, options, options.image?.name);
  }
  /** A read-only memory with the contents of an image parameter. */
  rom<T extends Scalar>(key: string, type: T, depth: NatLike, image: ImageRef, options: MemoryOptions = {}): Memory<T> {
    return this.makeMemory(key, type, depth, options, image.name, true);
  }
  /** A derived constant with a name: `localparam int`. */
  localparam(name: string, value: NatLike, doc?: string): NatExpr {
    this.claim(name, callerPlace());
    const nat = toNat(value);
    this.localParams.push({ name, value: nat, ...(doc === undefined ? {} : { doc }) });
    return new NatExpr({ op: 'local', name, value: nat });
  }
  /** The value of a parameter as a plain number; the parameter becomes hard and enters the module's name (rule S1). */
  freeze(value: NatLike, _reason: string): number {
    const nat = toNat(value);
    collectParams(nat, this.frozen);
    return evalNat(nat, this.witness);
  }
  constant<T extends Scalar>(type: T, value: number | bigint | NatExpr): Sig<T> {
    return constant(type, value, this);
  }
  /** A remark between two groups of items of the text. */
  comment(text: string): void {
    this.scopes.add({ item: 'comment', text });
  }

  // --- equations and statements -----------------------------------------------------------------------------------
  /** Drives a wire or an output: an equation, or inside `comb` and `when` a statement. */
  assign<T extends Bits>(target: Sig<T>, value: Operand<T>): void {
    const { place, driven, source } = this.drive(target, value, 'assign');
    if (this.scopes.insideProcess)
      this.scopes.state({ stmt: 'set', target: driven, value: source, ...place }, undefined);
    else this.scopes.add({ item: 'assign', target: driven, value: source, ...place });
  }
  /** The value a register takes at the next edge; it keeps its value where no `next` runs. */
  next<T extends Bits>(register: Sig<T>, value: Operand<T>): void {
    const { place, driven, source } = this.drive(register, value, 'next');
    this.scopes.state({ stmt: 'next', target: driven, value: source, ...place }, place.place);
  }
  /** Statements that run while `cond` holds. */
  when(cond: Sig<Bool>, body: () => void): WhenChain {
    const place = callerPlace();
    const chain = this.branch(cond, body, place);
    this.scopes.state(chain.stmt, place);
    return chain;
  }
  /** One statement group per member of an enumeration; the compiler sees that none is missing. */
  switch<M extends string>(subject: Sig<Enum<M>>, cases: { readonly [K in M]: () => void }): void {
    const place = callerPlace();
    const { members } = subject.type;
    const given = Object.keys(cases);
    const strange = [
      ...given.filter((k) => !(members as readonly string[]).includes(k)),
      ...members.filter((m) => !given.includes(m)),
    ];
    if (strange.length > 0) {
      throw kitError(
        'H1017',
        `switch over '${subject.label}': ${strange.join(', ')}`,
        `handle exactly ${members.join(', ')}`,
      );
    }
    const bodies = members.map((member, k) => ({ match: BigInt(k), body: this.scopes.collect(cases[member]) }));
    this.scopes.state({ stmt: 'switch', subject: subject.expr, cases: bodies, ...(place && { place }) }, place);
  }
  /** A group of combinational statements: a default first, then `when` trees that override it. */
  comb(body: () => void): void {
    const place = callerPlace();
    const statements = this.scopes.collect(body);
    this.scopes.add({ item: 'process', body: statements, ...(place && { place }) });
  }
  /** Joins two streams: `to` takes every beat of `from`. */
  connect<P extends Payload>(to: Stream<P>, from: Stream<P>): void {
    this.assign(to.valid, from.valid);
    this.assign(from.ready, to.ready);
    for (const [key] of payloadFields(to.payload))
      this.assign(field(to, key) as Sig<Bits>, field(from, key) as Sig<Bits>);
  }

  // --- structure --------------------------------------------------------------------------------------------------
  /** A generate loop: `body` runs once and describes every iteration. Signals declared in it are one per iteration. */
  genFor(label: string, count: NatLike, body: (index: NatExpr) => void): void {
    const place = callerPlace();
    this.claimItem('generate block', snakeCase(label), place);
    const index = this.freshIndex(label);
    const before = this.proofContext;
    this.proofContext = withIndex(before, index, toNat(count));
    const items = this.scopes.within(index, () => body(new NatExpr({ op: 'index', name: index })));
    this.proofContext = before;
    this.scopes.add({
      item: 'for',
      label: snakeCase(label),
      index,
      count: toNat(count),
      items,
      ...(place && { place }),
    });
  }
  /** A generate condition over parameters and loop indices. */
  genIf(label: string, condition: NatCondition, then: () => void, otherwise: () => void = () => undefined): void {
    const place = callerPlace();
    this.claimItem('generate block', snakeCase(label), place);
    const before = this.proofContext;
    this.proofContext = withFacts(before, conditionFacts(condition));
    const thenItems = this.scopes.within(undefined, then);
    this.proofContext = withFacts(before, conditionFacts(negate(condition)));
    const elseItems = this.scopes.within(undefined, otherwise);
    this.proofContext = before;
    const label_ = snakeCase(label);
    this.scopes.add({
      item: 'if',
      label: label_,
      condition,
      then: thenItems,
      else: elseItems,
      ...(place && { place }),
    });
  }
  /** An instance, in the current clock domain. Outputs and source streams that are not connected come back as new wires `<name>_<port>`. */
  instance<P extends ParamSpecs, Q extends Ports>(
    name: string,
    template: ModuleTemplate<P, Q>,
    actuals: ActualsOf<P>,
    connections: ConnectionsOf<Q>,
    options: InstanceOptions<'main' | D> = {},
  ): OutputsOf<Q> {
    return connectInstance(this, snakeCase(name), template, actuals, connections, this.witness, options);
  }

  // --- for the kit itself -----------------------------------------------------------------------------------------
  domainIndex(name: string): number {
    return domainIndex(this.moduleName, this.named, name);
  }
  instanceDomains(name: string, child: ModuleDef, given: Readonly<Record<string, string>> = {}) {
    return instanceDomains(this.moduleName, this.named, this.currentDomain, name, child, given);
  }

  /** Declares a signal; the public forms above name it. */
  declare<T extends Bits>(name: string, type: T, kind: SignalKind, place = callerPlace()): Sig<T> {
    this.claim(name, place);
    const id = this.signals.length;
    const common = { name, type: toType(type), ...(type.notes.doc === undefined ? {} : { doc: type.notes.doc }) };
    this.signals.push({ ...common, ...(place && { place }), ...kind });
    if (kind.kind === 'input' || kind.kind === 'output') this.scopes.own(id);
    else this.scopes.declare(id);
    const target = kind.kind === 'input' || kind.kind === 'memory' ? undefined : { signal: id, path: [] };
    return new Sig(type, { op: 'ref', type: toType(type), signal: id }, this, name, target, place);
  }

  makeStream<P extends Payload>(
    name: string,
    payload: P,
    make: (suffix: string, type: Bits, role: 'forward' | 'backward') => AnySig,
  ): Stream<P> {
    const valid = make('tvalid', new Bool({}), 'forward') as Sig<Bool>;
    const ready = make('tready', new Bool({}), 'backward') as Sig<Bool>;
    const fields = payloadFields(payload).map(([key, type]) => [key, make(snakeCase(key), type, 'forward')] as const);
    const data = payload instanceof Bundle ? Object.fromEntries(fields) : fields[0]![1];
    return { payload, name, valid, ready, fire: valid.and(ready), data: data as DataOf<P> };
  }

  /** Refuses signals that the current generate block cannot see. */
  checkVisible(sig: AnySig): void {
    sameModule({ context: this }, sig);
    forEachRead(sig.expr, (id) => {
      if (this.scopes.sees(id)) return;
      const signal = this.signals[id]!;
      throw kitError(
        'H1012',
        `'${signal.name}' is declared in a generate block that is not around this place`,
        'carry the value out through a vector declared outside the block',
        [placeOf(signal.place, `'${signal.name}' is declared here`)],
      );
    });
  }

  private drive<T extends Bits>(target: Sig<T>, value: Operand<T>, verb: 'assign' | 'next') {
    const source = valueOf(target, value);
    const place = callerPlace();
    this.checkVisible(target);
    this.checkVisible(source);
    const kind = target.target === undefined ? undefined : this.signals[target.target.signal]?.kind;
    const legal = verb === 'next' ? kind === 'reg' : kind === 'wire' || kind === 'output';
    if (target.target === undefined || !legal) {
      const hint =
        verb === 'next'
          ? 'next drives registers; use assign for wires'
          : 'assign drives wires and outputs; use next for registers';
      throw kitError('H1013', `${verb}: '${target.label}' cannot be driven here`, hint, [
        placeOf(target.place, `'${target.label}' is declared here`),
      ]);
    }
    sameType(target, source, verb);
    return { place: place === undefined ? {} : { place }, driven: target.target, source: source.expr };
  }

  private branch(
    cond: Sig<Bool>,
    body: () => void,
    place: SourcePlace | undefined,
  ): WhenChain & { readonly stmt: Stmt } {
    this.checkVisible(cond);
    const then = this.scopes.collect(body);
    const rest: Stmt[] = [];
    const stmt: Stmt = { stmt: 'if', cond: cond.expr, then, else: rest, ...(place && { place }) };
    const once = () => {
      if (rest.length > 0)
        throw kitError('H1016', 'this when already has an elseWhen or otherwise', 'continue the chain at its end');
    };
    return {
      stmt,
      elseWhen: (next, nextBody) => {
        once();
        const chained = this.branch(next, nextBody, callerPlace());
        rest.push(chained.stmt);
        return chained;
      },
      otherwise: (lastBody) => {
        once();
        rest.push(...this.scopes.collect(lastBody));
      },
    };
  }

  private each<R extends Readonly<Record<string, Bits>>>(
    types: R,
    make: (key: string, type: Bits) => AnySig,
  ): SigRecord<R> {
    return Object.fromEntries(
      Object.entries(types).map(([key, type]) => [key, make(key, type)]),
    ) as unknown as SigRecord<R>;
  }

  private makeMemory<T extends Scalar>(
    key: string,
    type: T,
    depth: NatLike,
    options: MemoryOptions,
    image: string | undefined,
    readOnly = false,
  ): Memory<T> {
    const sig = this.declare(snakeCase(key), documented(type, options.doc), {
      kind: 'memory',
      domain: this.currentDomain,
      depth: toNat(depth),
      ...(image === undefined ? {} : { image }),
      ...(options.style === undefined ? {} : { style: options.style }),
      ...(readOnly ? { readOnly } : {}),
      ...(options.collision === undefined ? {} : { collision: options.collision }),
    });
    const id = this.signals.length - 1;
    return new Memory<T>(this, sig, id, type, readOnly);
  }

  claimItem(what: 'instance' | 'generate block', name: string, place: SourcePlace | undefined): void {
    // The text puts u_ or g_ before it, so that keywords are fine.
    checkName(name, new Set());
    const block = this.scopes.current;
    const names = this.itemNames.get(block) ?? new Map<string, SourcePlace | undefined>();
    this.itemNames.set(block, names);
    const key = `${what} '${name}'`;
    if (names.has(key)) {
      throw kitError('H1006', `${key} stands twice in one block of module '${this.moduleName}'`, 'rename one of them', [
        placeOf(names.get(key), 'the first one is here'),
      ]);
    }
    names.set(key, place);
  }

  private claim(name: string, place: SourcePlace | undefined): void {
    checkName(name, keywords);
    if (this.names.has(name)) {
      throw kitError('H1006', `'${name}' is declared twice in module '${this.moduleName}'`, 'rename one of them', [
        placeOf(this.names.get(name), `'${name}' is declared here first`),
      ]);
    }
    this.names.set(name, place);
  }

  private freshIndex(label: string): string {
    const short = ['i', 'j', 'k'].find((candidate) => !this.indexNames.has(candidate) && !this.names.has(candidate));
    const name = short ?? `${snakeCase(label)}_i`;
    this.indexNames.add(name);
    this.claim(name, undefined);
    return name;
  }

  /** Reserves names that are not signals (parameters, clock, reset). */
  reserve(name: string): void {
    this.claim(name, undefined);
  }
}

/** A vector resets as one packed number. */
function resetValue(type: Bits, value: number | bigint | NatExpr, context: ModuleContext): Expr {
  if (type.kind !== 'vec') return constant(type, value, context).expr;
  const packed = constant(uint(packedBits(type)), value, context);
  return packed.unpack(type).expr;
}

function collectParams(nat: ReturnType<typeof toNat>, into: Set<string>): void {
  if (nat.op === 'param') into.add(nat.name);
  else if (nat.op === 'local') collectParams(nat.value, into);
  else if ('a' in nat) {
    collectParams(nat.a, into);
    if ('b' in nat) collectParams(nat.b, into);
  }
}
