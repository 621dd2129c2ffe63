/**
 * Traces of one stream's wires, cycle by cycle: for every rule some that violate exactly it, legal ones close to the
 * line, and random legal traffic. The three forms of the checker are tested with the same traces.
 */
import { randomStream } from '../../../src/base/random.js';
import { type StreamParams, bareStream } from '../../../src/cosim/protocol/index.js';

/** `x` stands for all bits X; only a four-state simulator can show it. */
export type WireValue = number | 'x';
export const wireNames = [
  ...(['aresetn', 'tvalid', 'tready', 'tdata', 'tkeep', 'tstrb', 'tlast', 'tid', 'tdest', 'tuser', 'eos'] as const),
];
export type WireName = (typeof wireNames)[number];
export type Cycle = Readonly<Record<WireName, WireValue>>;

export interface Scenario {
  readonly name: string;
  readonly params: StreamParams;
  readonly cycles: readonly Cycle[];
  /** The one rule that it breaks. */
  readonly breaks?: string;
}

export const fullStream: StreamParams = {
  ...bareStream,
  ...{ DATA_W: 16, KEEP: 1, STRB: 1, LAST: 1, ID_W: 3, DEST_W: 3, USER_W: 4, TRACK_W: 6 },
};

const idle: Cycle = {
  ...{ aresetn: 1, tvalid: 0, tready: 0, tdata: 0x1234, tkeep: 3, tstrb: 3, tlast: 0 },
  ...{ tid: 1, tdest: 2, tuser: 5, eos: 0 },
};
const reset: Cycle = { ...idle, aresetn: 0 };
const offer: Cycle = { ...idle, tvalid: 1 };
const taken: Cycle = { ...offer, tready: 1 };
const last: Cycle = { ...taken, tlast: 1 };
const end: Cycle = { ...idle, eos: 1 };
const start = [reset, reset, idle];

const scenario = (
  breaks: string | undefined,
  name: string,
  cycles: readonly Cycle[],
  params: Partial<StreamParams> = {},
): Scenario => ({
  name,
  params: { ...fullStream, ...params },
  cycles: [...start, ...cycles, idle],
  ...(breaks === undefined ? {} : { breaks }),
});
const legal = (name: string, cycles: readonly Cycle[], params: Partial<StreamParams> = {}): Scenario =>
  scenario(undefined, name, cycles, params);

const errm = (name: string): string => `AXI4STREAM_ERRM_${name}`;
/** Another value of each payload signal. */
const other = { tdata: 0x1235, tkeep: 2, tstrb: 1, tlast: 1, tid: 3, tdest: 0, tuser: 4 } as const;
const payload = Object.keys(other) as (keyof typeof other)[];
const absent = {
  tdata: 'DATA_W',
  tkeep: 'KEEP',
  tstrb: 'STRB',
  tid: 'ID_W',
  tdest: 'DEST_W',
  tuser: 'USER_W',
} as const;

export const violations: readonly Scenario[] = [
  scenario(errm('TVALID_RESET'), 'tvalid in reset', [reset, { ...offer, aresetn: 0 }, reset]),
  scenario(errm('TVALID_RESET'), 'tvalid in the first cycle after reset', [reset, last]),
  scenario(errm('TVALID_STABLE'), 'tvalid falls', [offer, idle]),
  scenario(errm('TVALID_STABLE'), 'tvalid falls as tready rises', [offer, offer, { ...idle, tready: 1 }]),
  scenario(errm('TVALID_STABLE'), 'tvalid falls and the payload with it', [offer, { ...idle, ...other }]),
  ...payload.flatMap((signal) => [
    scenario(
      errm(`${signal.toUpperCase()}_STABLE`),
      `${signal} changes while it waits`,
      [
        offer,
        { ...offer, [signal]: other[signal] },
        // Taken as it now is; with tkeep smaller, tstrb has to be smaller from the start.
        { ...last, [signal]: other[signal], tlast: signal === 'tlast' ? 1 : 0 },
      ].map((cycle) => (signal === 'tkeep' ? { ...cycle, tstrb: 2 } : cycle)),
    ),
    scenario(
      errm(`${signal.toUpperCase()}_STABLE`),
      `${signal} changes as it is taken`,
      [offer, { ...taken, [signal]: other[signal] }].map((cycle) =>
        signal === 'tkeep' ? { ...cycle, tstrb: 2 } : cycle,
      ),
    ),
  ]),
  scenario(errm('TDATA_STABLE'), 'a byte that tkeep selects changes', [
    { ...offer, tkeep: 1, tstrb: 1 },
    { ...offer, tkeep: 1, tstrb: 1, tdata: 0x7735 },
    { ...taken, tkeep: 1, tstrb: 1, tdata: 0x7735 },
  ]),
  scenario(
    errm('TDATA_STABLE'),
    'tdata changes where there is no tkeep',
    [offer, { ...last, tlast: 0, tdata: 0x9234 }],
    {
      ...{ KEEP: 0, STRB: 0, LAST: 0 },
    },
  ),
  scenario(
    'AXI4STREAM_RECS_TREADY_MAX_WAIT',
    'tready comes too late',
    [offer, offer, offer, offer, offer, last].map((c) => ({ ...c, tlast: 0 })),
    {
      MAX_WAIT: 4,
    },
  ),
  scenario(
    'AXI4STREAM_RECS_TREADY_MAX_WAIT',
    'tready comes too late the second time',
    [offer, taken, offer, offer, taken],
    {
      MAX_WAIT: 1,
    },
  ),
  scenario(errm('TKEEP_TSTRB'), 'a reserved byte', [{ ...taken, tkeep: 1 }]),
  scenario(errm('TKEEP_TSTRB'), 'two reserved bytes, on offer', [
    { ...offer, tkeep: 0 },
    { ...taken, tkeep: 0 },
  ]),
  scenario(errm('STREAM_ALL_DONE_EOS'), 'an unfinished packet', [taken, end]),
  scenario(errm('STREAM_ALL_DONE_EOS'), 'an unfinished packet of another tid', [{ ...taken, tid: 4 }, last, end]),
  scenario(errm('STREAM_ALL_DONE_EOS'), 'an unfinished packet of another tdest', [{ ...taken, tdest: 7 }, last, end]),
  scenario(errm('STREAM_ALL_DONE_EOS'), 'an unfinished packet, ids not told apart', [last, taken, end], { TRACK_W: 0 }),
  scenario(errm('STREAM_ALL_DONE_EOS'), 'a beat on offer', [
    { ...offer, tlast: 1 },
    { ...last, tready: 0, eos: 1 },
    last,
  ]),
  scenario(errm('TVALID_X'), 'tvalid is X', [{ ...idle, tvalid: 'x' }]),
  scenario('AXI4STREAM_ERRS_TREADY_X', 'tready is X', [{ ...idle, tready: 'x' }]),
  ...payload.map((signal) =>
    scenario(errm(`${signal.toUpperCase()}_X`), `${signal} is X`, [{ ...taken, [signal]: 'x' }]),
  ),
  ...Object.entries(absent).map(([signal, param]) =>
    scenario(
      errm(`${signal.toUpperCase()}_TIEOFF`),
      `${signal}, which is absent, changes`,
      [{ ...idle, [signal]: Number(idle[signal as WireName]) ^ 1 }],
      {
        [param]: 0,
        // Without data there are neither tkeep nor tstrb.
        ...(signal === 'tdata' ? { KEEP: 0, STRB: 0 } : {}),
      },
    ),
  ),
  scenario('AXI4STREAM_AUXM_TID_TDEST_WIDTH', 'tid and tdest are wide', [last], { ID_W: 16, DEST_W: 9 }),
  scenario('HEDDLE_ERRM_TLAST_POSITION', 'a packet is too long', [taken, taken, { ...last, tid: 3 }], {
    PACKET: 2,
    LAST: 1,
  }),
  scenario('HEDDLE_ERRM_TLAST_POSITION', 'a packet is too short', [taken, last, last], { PACKET: 2 }),
];

export const legalTraces: readonly Scenario[] = [
  legal('back to back', [taken, last, taken, last, end]),
  legal('stalls', [offer, offer, taken, idle, { ...offer, tlast: 1 }, last, end]),
  legal('reset while a beat waits', [offer, { ...reset, ...other }, reset, idle, end]),
  legal('tvalid in the cycle in which reset begins', [offer, { ...offer, aresetn: 0 }, reset, idle]),
  legal('reset in the middle of a packet', [taken, reset, reset, idle, end]),
  legal('payload moves while tvalid is low', [idle, { ...idle, ...other, tkeep: 0 }]),
  legal('payload moves after the transfer', [
    taken,
    { ...last, ...other, tkeep: 3 },
    { ...last, tid: 1, tdest: 2 },
    end,
  ]),
  legal('a byte that tkeep rules out moves', [
    { ...offer, tkeep: 1, tstrb: 1 },
    { ...offer, tkeep: 1, tstrb: 1, tdata: 0x4434 },
    { ...taken, tkeep: 1, tstrb: 1, tdata: 0x5534 },
    last,
    end,
  ]),
  legal('null and position bytes', [{ ...taken, tkeep: 2, tstrb: 0 }, { ...last, tkeep: 0, tstrb: 0 }, end]),
  legal('packets interleaved by tid', [taken, { ...taken, tid: 4 }, last, { ...last, tid: 4 }, end]),
  legal('packets interleaved, ids not told apart', [taken, { ...taken, tid: 4 }, last, { ...last, tid: 4 }, end], {
    TRACK_W: 0,
  }),
  legal(
    'as slow as MAX_WAIT allows',
    [offer, offer, last, offer, offer, last].map((c) => ({ ...c, tlast: 0 })),
    {
      MAX_WAIT: 2,
    },
  ),
  legal('packets of the promised length', [taken, last, taken, idle, last, end], { PACKET: 2 }),
  legal('reset restarts the promise', [taken, reset, reset, idle, taken, last, end], { PACKET: 2 }),
  legal('packets of one beat', [last, last, end], { PACKET: 1 }),
  legal('no tlast: nothing to finish', [taken, end], { LAST: 0 }),
  legal('absent signals are tied high', [taken, end], {
    LAST: 0,
    KEEP: 0,
    STRB: 0,
    USER_W: 0,
    ID_W: 0,
    DEST_W: 0,
    TRACK_W: 0,
  }),
  legal('absent signals move in reset', [reset, { ...reset, tuser: 0 }, idle], { USER_W: 0 }),
  legal('tid and tdest of 24 bits', [last, end], { ID_W: 16, DEST_W: 8 }),
  legal('X without tvalid', [{ ...idle, tdata: 'x', tkeep: 'x', tuser: 'x', tid: 'x' }]),
  legal('X in reset', [{ ...reset, tready: 'x', tdata: 'x', tlast: 'x' }, reset]),
  legal('X in null and position bytes', [{ ...taken, tdata: 'x', tkeep: 2, tstrb: 0 }, { ...last, tdata: 0 }, end]),
];

export const usesX = ({ cycles }: Scenario): boolean => cycles.some((cycle) => Object.values(cycle).includes('x'));

/** Legal traffic with stalls, interleaved packets and resets, everything finished at the end. */
export function randomTraffic(seed: number, length = 400): Scenario {
  const random = randomStream(BigInt(seed), 'traffic');
  const pick = (n: number): number => random.nextInt(n);
  const cycles: Cycle[] = [...start];
  const openIds = new Set<number>();
  let beat: Cycle | undefined;
  const freshBeat = (closing: boolean): Cycle => {
    const tkeep = pick(4);
    const ids = [...openIds];
    const known = closing ? (ids[0] ?? 0) : pick(64);
    return {
      ...{ aresetn: 1, tvalid: 1, tready: 0, tdata: pick(65536), tkeep, tstrb: tkeep & pick(4) },
      ...{ tlast: closing ? 1 : pick(2), tid: known >> 3, tdest: known & 7, tuser: pick(16), eos: 0 },
    };
  };
  const step = (closing: boolean): void => {
    if (!closing && pick(60) === 0) {
      cycles.push(...Array.from({ length: 1 + pick(3) }, () => ({ ...freshBeat(false), aresetn: 0, tvalid: 0 })));
      cycles.push({ ...freshBeat(false), tvalid: 0, tready: pick(2) });
      openIds.clear();
      beat = undefined;
      return;
    }
    if (beat === undefined && pick(3) > 0 && (!closing || openIds.size > 0)) beat = freshBeat(closing);
    const tready = pick(2);
    if (beat === undefined) {
      cycles.push({ ...freshBeat(false), tvalid: 0, tready });
      return;
    }
    // What tkeep rules out may change from cycle to cycle.
    const mask = ((Number(beat.tkeep) & 1) * 0xff) | ((Number(beat.tkeep) >> 1) * 0xff00);
    cycles.push({ ...beat, tready, tdata: (Number(beat.tdata) & mask) | (pick(65536) & ~mask) });
    if (tready === 0) return;
    const id = (Number(beat.tid) << 3) | Number(beat.tdest);
    if (beat.tlast === 1) openIds.delete(id);
    else openIds.add(id);
    beat = undefined;
  };
  while (cycles.length < length) step(false);
  while (openIds.size > 0 || beat !== undefined) step(true);
  cycles.push({ ...idle, eos: 1 }, idle);
  return { name: `seed ${seed}`, params: fullStream, cycles };
}
