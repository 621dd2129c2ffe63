/**
 * The rules of an AXI4-Stream as one table: from it come the checker of lockstep runs (`checker.ts`), the component for
 * the built-in simulator (`monitor.ts`) and `sim/axi4stream_checker.sv` (`verilog.ts`).
 *
 * Names follow ARM's protocol assertions (`ERRM` blames the transmitter, `ERRS` the receiver, `RECS` recommends, `AUXM`
 * checks the set-up), so that a name found in a report can be looked up anywhere. The one rule beyond those 28 checks
 * packets of promised length and is called HEDDLE_. Sections are those of ARM IHI 0051A, AMBA 4 AXI4-Stream.
 */
import {
  type ParamName,
  type SignalName,
  type StateName,
  type StreamParams,
  type Term,
  add,
  and,
  any,
  before,
  eq,
  gt,
  lit,
  mark,
  minus,
  mux,
  ne,
  not,
  now,
  onBytes,
  or,
  param,
  state,
  unknown,
  xor,
} from './term.js';

/**
 * When a rule is looked at. `built`: once, about parameters. `reset`: the edge before this cycle saw reset. The others
 * outside of reset: `running` always, `followed` when the cycle before was out of reset too, `held` when a beat was on
 * offer in the cycle before and was not taken, `offered` under tvalid, `moved` when a beat moves, `end` when the test
 * says that everything should have arrived.
 */
export type When = 'built' | 'reset' | 'running' | 'followed' | 'held' | 'offered' | 'moved' | 'end';

export interface Rule {
  readonly id: string;
  /** What must hold, one sentence. */
  readonly sentence: string;
  /** Where that is said. */
  readonly source: string;
  readonly severity: 'error' | 'recommended';
  /** Over parameters: the streams that have the rule. */
  readonly exists: Term;
  readonly when: When;
  /** True where the rule is violated. */
  readonly broken: Term;
}

/** The parameter by which a stream has a signal or not. */
const presence = {
  tdata: 'DATA_W',
  tkeep: 'KEEP',
  tstrb: 'STRB',
  tlast: 'LAST',
  tid: 'ID_W',
  tdest: 'DEST_W',
  tuser: 'USER_W',
} as const satisfies Partial<Record<SignalName, ParamName>>;
type Payload = keyof typeof presence;
const payload = Object.keys(presence) as Payload[];

const has = (signal: Payload): Term => gt(param(presence[signal]), lit(0));
const always = eq(lit(0), lit(0));
const fires = and(now('tvalid'), now('tready'));

function stable(signal: Payload): Rule {
  const changed = xor(now(signal), before(signal));
  return {
    id: `AXI4STREAM_ERRM_${signal.toUpperCase()}_STABLE`,
    sentence:
      signal === 'tdata'
        ? 'tdata keeps its value until the transfer, in every byte that tkeep does not rule out'
        : `${signal} keeps its value until the transfer`,
    source: 'IHI 0051A 2.2.1',
    severity: 'error',
    exists: has(signal),
    when: 'held',
    // Where tvalid itself has fallen, that is the violation.
    broken: and(now('tvalid'), any(signal === 'tdata' ? onBytes(changed, before('tkeep')) : changed)),
  };
}

function known(signal: Payload): Rule {
  const value = signal === 'tdata' ? onBytes(onBytes(now('tdata'), now('tkeep')), now('tstrb')) : now(signal);
  return {
    id: `AXI4STREAM_ERRM_${signal.toUpperCase()}_X`,
    sentence: signal === 'tdata' ? 'no data byte of tdata has an X under tvalid' : `${signal} has no X under tvalid`,
    source: 'IHI 0051A 2.2.1',
    severity: 'error',
    exists: has(signal),
    when: 'offered',
    broken: unknown(value),
  };
}

function handshakeKnown(signal: 'tvalid' | 'tready'): Rule {
  return {
    id: `AXI4STREAM_ERR${signal === 'tready' ? 'S' : 'M'}_${signal.toUpperCase()}_X`,
    sentence: `${signal} is not X outside of reset`,
    source: 'IHI 0051A 2.2',
    severity: 'error',
    exists: always,
    when: 'running',
    broken: unknown(now(signal)),
  };
}

function tied(signal: Exclude<Payload, 'tlast'>): Rule {
  return {
    id: `AXI4STREAM_ERRM_${signal.toUpperCase()}_TIEOFF`,
    sentence: `${signal}, which the stream does not have, never changes`,
    source: 'IHI 0051A 3.1',
    severity: 'error',
    exists: eq(param(presence[signal]), lit(0)),
    when: 'followed',
    broken: any(xor(now(signal), before(signal))),
  };
}

export const rules: readonly Rule[] = [
  {
    id: 'AXI4STREAM_ERRM_TVALID_RESET',
    sentence: 'tvalid is low in reset and in the first cycle after it',
    source: 'IHI 0051A 2.7.2',
    severity: 'error',
    exists: always,
    when: 'reset',
    broken: now('tvalid'),
  },
  {
    id: 'AXI4STREAM_ERRM_TVALID_STABLE',
    sentence: 'tvalid, once high, stays high until the transfer',
    source: 'IHI 0051A 2.2.1',
    severity: 'error',
    exists: always,
    when: 'held',
    broken: not(now('tvalid')),
  },
  ...payload.map(stable),
  {
    id: 'AXI4STREAM_RECS_TREADY_MAX_WAIT',
    sentence: 'tready comes within MAX_WAIT cycles of tvalid',
    source: 'ARM protocol assertions (a recommendation)',
    severity: 'recommended',
    exists: gt(param('MAX_WAIT'), lit(0)),
    when: 'offered',
    broken: and(not(now('tready')), eq(state('wait'), param('MAX_WAIT'))),
  },
  {
    id: 'AXI4STREAM_ERRM_TKEEP_TSTRB',
    sentence: 'a byte with tkeep low has tstrb low: the other combination is reserved',
    source: 'IHI 0051A 2.4.3',
    severity: 'error',
    exists: and(has('tkeep'), has('tstrb')),
    when: 'offered',
    broken: any(minus(now('tstrb'), now('tkeep'))),
  },
  {
    id: 'AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS',
    sentence: 'at the end of the simulation no packet is unfinished and no beat is on offer',
    source: 'IHI 0051A 2.5',
    severity: 'error',
    exists: always,
    when: 'end',
    broken: or(now('tvalid'), any(state('open'))),
  },
  handshakeKnown('tvalid'),
  handshakeKnown('tready'),
  ...payload.map(known),
  ...(['tdata', 'tkeep', 'tstrb', 'tid', 'tdest', 'tuser'] as const).map(tied),
  {
    id: 'AXI4STREAM_AUXM_TID_TDEST_WIDTH',
    sentence: 'tid and tdest together have at most 24 bits',
    source: 'IHI 0051A 2.1, table 2-1',
    severity: 'recommended',
    exists: always,
    when: 'built',
    broken: gt(add(param('ID_W'), param('DEST_W')), lit(24)),
  },
  {
    id: 'HEDDLE_ERRM_TLAST_POSITION',
    sentence: 'every packet has PACKET beats',
    source: 'the promise of the module',
    severity: 'error',
    exists: and(has('tlast'), gt(param('PACKET'), lit(0))),
    when: 'moved',
    broken: ne(now('tlast'), eq(add(state('beat'), lit(1)), param('PACKET'))),
  },
];

/** A counter of the checkers: zero in reset, `next` after every cycle. */
export interface State {
  readonly name: StateName;
  readonly meaning: string;
  readonly next: Term;
}

export const states: readonly State[] = [
  {
    name: 'wait',
    meaning: 'cycles that the beat on offer has waited',
    next: mux(and(now('tvalid'), not(now('tready'))), add(state('wait'), lit(1)), lit(0)),
  },
  {
    name: 'beat',
    meaning: 'beats of this packet so far',
    next: mux(
      fires,
      mux(or(now('tlast'), eq(add(state('beat'), lit(1)), param('PACKET'))), lit(0), add(state('beat'), lit(1))),
      state('beat'),
    ),
  },
  {
    name: 'open',
    meaning: 'one bit per {tid, tdest}: its last beat did not end a packet',
    next: mux(and(fires, has('tlast')), mark(not(now('tlast'))), state('open')),
  },
];

/** Bits of a signal; 0 where the stream has none. */
export function signalWidth(signal: SignalName, params: StreamParams): number {
  const bytes = Math.ceil(params.DATA_W / 8);
  switch (signal) {
    case 'tdata':
      return params.DATA_W;
    case 'tkeep':
      return params.KEEP > 0 ? bytes : 0;
    case 'tstrb':
      return params.STRB > 0 ? bytes : 0;
    case 'tid':
      return params.ID_W;
    case 'tdest':
      return params.DEST_W;
    case 'tuser':
      return params.USER_W;
    case 'tlast':
      return params.LAST > 0 ? 1 : 0;
    default:
      return 1;
  }
}

/** Parameters of a stream without any payload; spread over it what the stream has. */
export const bareStream: StreamParams = {
  ...{ DATA_W: 0, KEEP: 0, STRB: 0, LAST: 0, ID_W: 0, DEST_W: 0, USER_W: 0 },
  ...{ MAX_WAIT: 0, PACKET: 0, TRACK_W: 0 },
};
