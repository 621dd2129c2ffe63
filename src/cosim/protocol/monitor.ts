/**
 * The protocol rules of one stream as a module of the kit, to be compiled into the circuit beside a design: checking then
 * costs no JavaScript per cycle. `watchStreams` puts one beside every stream of a design.
 *
 * Reset is not a value that a module can read, so what must not count in reset goes through registers that reset clears;
 * a violation shows one cycle later. The sticky registers have no reset, because reset may come again in mid-run; where
 * registers start at random, hold `clear` during the first reset.
 */
import {
  type Bool,
  type ModuleTemplate,
  type Ports,
  type Sig,
  type UInt,
  bool,
  cat,
  defineModule,
  input,
  output,
  uint,
} from '../../hdl/index.js';
import { TermBuilder, type Wire } from './monitor-terms.js';
import { type Rule, type When, rules, signalWidth, states } from './rules.js';
import { type SignalName, type StateName, type StreamParams, constantTerm, termHas, termSignals } from './term.js';

const payload = ['tdata', 'tkeep', 'tstrb', 'tlast', 'tid', 'tdest', 'tuser'] as const;

export interface MonitorOptions {
  /** Signals that the stream does not have, but whose ports exist and have to be tied off. */
  readonly tied?: readonly SignalName[];
  /** The rules to watch. Default: all of the table. */
  readonly rules?: readonly Rule[];
}

/** Rules of `violations`, the output of a monitor, bit 0 first. */
export function violatedRules(bits: bigint): readonly string[] {
  return rules.flatMap(({ id }, k) => (((bits >> BigInt(k)) & 1n) === 1n ? [id] : []));
}

/** Payload signals that the monitor has ports for. */
function portsOf(params: StreamParams, tied: readonly SignalName[]): readonly (typeof payload)[number][] {
  return payload.filter((name) => signalWidth(name, params) > 0 || tied.includes(name));
}

/** A monitor of one stream: `violations` with a sticky bit per rule, and the cycle of the first one since `clear`. */
export function streamMonitor(
  params: StreamParams,
  options: MonitorOptions = {},
): ModuleTemplate<Readonly<Record<string, never>>, Ports> {
  const { tied = [] } = options;
  const table = options.rules ?? rules;
  const present = portsOf(params, tied);
  const typeOf = (name: SignalName) => (name === 'tlast' ? bool() : uint(Math.max(1, signalWidth(name, params))));
  const shape = Object.values(params).join('_');
  return defineModule({
    name: ['axi4stream_monitor', shape, ...tied].join('_'),
    doc: `protocol rules of one AXI4-Stream

Bit k of violations stays high once rule k is broken; first_cycle counts clock edges since clear. Never stalls anything.`,
    params: {},
    ports: (): Ports<'main'> => ({
      clear: input(bool(), 'forget all violations, count cycles from here'),
      eos: input(bool(), 'everything should have arrived'),
      tvalid: input(bool()),
      tready: input(bool()),
      ...Object.fromEntries(present.map((name) => [name, input(typeOf(name))])),
      violations: output(uint(rules.length)),
      first_cycle: output(uint(32), 'cycle of the first violation'),
    }),
    body(b, ports) {
      const io = ports as unknown as Readonly<Record<string, Wire>>;
      const bit = (name: string) => io[name] as Sig<Bool>;
      const seen: readonly SignalName[] = ['tvalid', 'tready', 'eos', ...present];
      const now = new Map(seen.flatMap((name) => (io[name] === undefined ? [] : [[name, io[name]] as const])));
      const watched = table.filter((rule) => isWatched(rule, params, now));

      const before = new Map<SignalName, Wire>();
      for (const name of present) {
        if (!watched.some(({ broken }) => termHas(broken, (t) => t.op === 'before' && t.signal === name))) {
          // tkeep of the cycle before qualifies tdata.
          if (name !== 'tkeep' || params.DATA_W === 0 || signalWidth(name, params) === 0) continue;
        }
        const past = b.reg(`${name}_past`, typeOf(name) as UInt);
        b.next(past, io[name] as Sig<UInt>);
        before.set(name, past);
      }
      const past = b.regs({
        reset: bool().reset(1).doc('the edge before saw reset'),
        running: bool().reset(0).doc('the cycle before was out of reset'),
        held: bool().reset(0).doc('and a beat was on offer and not taken'),
      });
      b.next(past.reset, 0);
      b.next(past.running, 1);
      b.next(past.held, bit('tvalid').and(bit('tready').not()));

      const stateWidth = (name: StateName): number => (name === 'open' ? 2 ** params.TRACK_W : 32);
      const counted = states.filter(({ name }) =>
        watched.some(({ broken }) => termHas(broken, (t) => t.op === 'state' && t.name === name)),
      );
      const counters = Object.fromEntries(
        counted.map(({ name, meaning }) => [name, b.reg(name, uint(stateWidth(name)).reset(0).doc(meaning))]),
      ) as Record<StateName, Sig<UInt>>;
      const terms = new TermBuilder(b, params, { now, before, state: counters });
      for (const { name, next } of counted) b.next(counters[name], terms.next(next, stateWidth(name)));

      const gates: Readonly<Record<When, Sig<Bool> | undefined>> = {
        ...{ built: undefined, running: undefined, reset: past.reset, followed: past.running, held: past.held },
        ...{ offered: bit('tvalid'), moved: bit('tvalid').and(bit('tready')), end: bit('eos') },
      };
      const bits = rules.map(({ id }) => {
        const rule = watched.find((each) => each.id === id);
        if (rule === undefined) return b.constant(bool(), 0);
        const broken = terms.truth(rule.broken);
        const gate = gates[rule.when];
        const free = rule.when === 'reset' || rule.when === 'built';
        const found = b.reg(`broken_${id.toLowerCase()}`, free ? bool() : bool().reset(0));
        b.next(found, gate === undefined ? broken : gate.and(broken));
        return found;
      });
      const [top, ...rest] = [...bits].reverse();
      if (top === undefined) throw new Error('a table without rules');
      const fresh = b.let('fresh', cat(top, ...rest), 'violations of the cycle before');

      const r = b.regs({ violations: uint(rules.length), first: uint(32), cycle: uint(32) });
      const clear = bit('clear');
      const none = b.constant(uint(rules.length), 0);
      const all = b.let('all', r.violations.or(fresh));
      const first = b.let('first', r.violations.anyOne().mux(r.first, r.cycle.dec()));
      b.next(r.violations, clear.mux(none, all));
      b.next(r.first, first);
      b.next(r.cycle, clear.mux(b.constant(uint(32), 0), r.cycle.inc()));
      b.assign(io['violations'] as Sig<UInt>, all);
      b.assign(io['first_cycle'] as Sig<UInt>, first);
    },
  });
}

/** The rule exists for these parameters, can be seen in two states, and has its wires. */
function isWatched(rule: Rule, params: StreamParams, now: ReadonlyMap<SignalName, Wire>): boolean {
  if (constantTerm(rule.exists, params) === 0) return false;
  if (termHas(rule.broken, ({ op }) => op === 'unknown')) return false;
  if (rule.when === 'built') return constantTerm(rule.broken, params) !== 0;
  return [...termSignals(rule.broken)].every((name) => now.has(name));
}
