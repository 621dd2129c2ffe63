import {
  bool,
  bundle,
  cat,
  clog2,
  defineModule,
  indexWidth,
  input,
  nat,
  natEq,
  type NatExpr,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  sink,
  source,
  uint,
  widthFor,
} from '../../hdl/index.js';
import type { EngineParameters } from '../config.js';
import { ISSUE_LATENCY, ISSUE_TO_WEIGHTS, residualDepth } from '../latency.js';
import { engineError } from '../errors.js';
import {
  arraySuffix,
  binaryColumns,
  type ColumnKind,
  gatedColumns,
  packedColumns,
  plainColumns,
} from './column-kind.js';
import { datapathsOf, EngineDatapath } from './datapath.js';
import { EngineDelay } from './delay.js';
import { headerBits, headerField } from './header-fields.js';
import { laneWidth } from './lane.js';
import { EngineOutput } from './output.js';
import type { PeTemplate } from './pe.js';
import { EnginePixelPort } from './pixel-port.js';
import { EnginePost } from './post.js';
import { programParams } from './program-params.js';
import { EngineResidualReader } from './residual-reader.js';
import { EngineSequencer } from './sequencer.js';
import { setRules } from './sets.js';
import { EngineWeightPort } from './weight-port.js';

export const engineParams = {
  P: natParam({ default: 4, min: 1, max: 64, doc: 'pixels of a row that are computed side by side' }),
  G: natParam({ default: 2, min: 1, max: 16, doc: 'slices: terms of a sum that are multiplied side by side' }),
  M: natParam({ default: 4, min: 1, max: 256, doc: 'output channels side by side; banks of the X-RAM' }),
  D: natParam({ default: 2, min: 1, max: 64, doc: 'channels that leave the array in one cycle' }),
  XG: natParam({ default: 4, min: 1, max: 256, doc: 'channels that share one copy of the operand registers' }),
  XB: natParam({ default: 8, min: 2, max: 16, doc: 'bits of a pixel' }),
  WB: natParam({ default: 8, min: 2, max: 16, doc: 'bits of a weight' }),
  AB: natParam({ default: 32, min: 12, max: 32, doc: 'bits of an accumulator; even' }),
  XD: natParam({ default: 64, min: 2, max: 65536, doc: 'words of a bank of the X-RAM' }),
  WD: natParam({ default: 64, min: 2, max: 65536, doc: 'words of the weight ring' }),
  PD: natParam({ default: 16, min: 0, max: 65536, doc: 'partial sums; 0: no chunks' }),
  ...programParams,
  NTHR: natParam({ default: 0, min: 0, max: 15, doc: 'thresholds of a channel' }),
  MUL: natParam({ default: 1, min: 0, max: 1, doc: '1: the requantizer multiplies' }),
  FIXED: natParam({ default: 1, min: 0, max: 1, doc: '1: fixed mode' }),
  LUT: natParam({ default: 1, min: 0, max: 1, doc: '1: a table behind the requantizer' }),
  ENTRIES: natParam({ default: 256, min: 4, max: 65536, doc: 'its entries, 2^XB' }),
  ADD: natParam({ default: 1, min: 0, max: 1, doc: '1: residual addition' }),
  RD: natParam({ default: 42, min: 1, max: 1024, doc: 'groups of residual words that wait for their sums' }),
  XU: natParam({ default: 1, min: 0, max: 1, doc: '1: pixels may be unsigned' }),
  XP: natParam({ default: 64, min: 32, max: 256, doc: 'bits of s_axis_x: 32, 64, 128, 256' }),
  WP: natParam({ default: 64, min: 32, max: 256, doc: 'bits of s_axis_w: 32, 64, 128, 256' }),
  YP: natParam({ default: 64, min: 32, max: 256, doc: 'bits of m_axis_y: 32, 64, 128, 256' }),
  YD: natParam({ default: 8, min: 2, max: 4096, doc: 'groups that the output holds' }),
  XUNIT: natParam({ default: 64, min: 1, doc: 'bits that divide a beat of s_axis_x and a group' }),
  YUNIT: natParam({ default: 64, min: 1, doc: 'bits that divide a beat of m_axis_y and a group' }),
  WUNIT: natParam({ default: 64, min: 1, doc: 'bits that divide a beat of s_axis_w and a weight word' }),
  TUNIT: natParam({ default: 8, min: 1, doc: 'bits that divide a beat of s_axis_w and a pixel' }),
};
const binaryWeight = natParam({ default: 1, min: 1, max: 1, doc: 'bits of a weight: 0 is +1, 1 is -1' });
type EngineSizes = Readonly<Record<keyof typeof engineParams, NatExpr>>;

const nat256 = nat(256);
const nat20 = nat(20);
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Values of the parameters of the top module for an engine. */
export function engineValues(engine: EngineParameters): Readonly<Record<keyof typeof engineParams, number>> {
  const { P, G, M, D, XG, XB, WB, AB, XD, WD, PD, TMAX, KMAX, HQ, PQ, NTHR, MUL, FIXED, LUT, ADD, XU } = engine;
  const { XP, WP, YP, YD } = engine;
  const group = D * P * XB;
  return {
    ...{ P, G, M, D, XG, XB, WB, AB, XD, WD, PD, TMAX, KMAX, HQ, PQ, NTHR, MUL, FIXED, LUT, ADD, XU, XP, WP, YP, YD },
    ...{ ENTRIES: 2 ** XB, RD: residualDepth(engine) },
    ...{ XUNIT: gcd(group, XP), YUNIT: gcd(group, YP), WUNIT: gcd(M * G * WB, WP), TUNIT: gcd(XB, WP) },
  };
}

interface Limits {
  readonly min: number;
  readonly max?: number;
}

export const engineRequirements = (p: EngineSizes, WB_LIMITS: Limits) => {
  const { P, G, M, D, XG, XB, WB, AB, XD, WD, PD, HQ, PQ, XU, XP, WP, YP } = p;
  const { ENTRIES, XUNIT, YUNIT, WUNIT, TUNIT } = p;
  const groups = M.div(D);
  const group = D.times(P).times(XB);
  return [
    ...setRules(HQ, PQ),
    requirement(natEq(M.mod(D), 0), 'D divides M'),
    requirement(natEq(groups.times(D), M), 'D divides M'),
    requirement(natEq(M.div(XG).times(XG), M), 'XG divides M'),
    requirement(natGe(XG, D), 'chains do not skip a group of channels'),
    requirement(natGe(M, G), 'slices of a group read different banks'),
    requirement(natGe(M, D), 'a weight tile has a group'),
    requirement(natGe(groups, 1), 'a weight tile has a group'),
    requirement(natGe(indexWidth(M).plus(1), widthFor(G)), 'slices are numbered like banks'),
    requirement(natGe(widthFor(WD).plus(1), indexWidth(WD)), 'a place in the ring fits a counter'),
    // The limits of every parameter once more: the proofs about the instances look for them here.
    ...Object.entries<Limits>({ ...engineParams, WB: WB_LIMITS }).flatMap(([key, { min, max }]) => [
      ...(min > 0 ? [requirement(natGe(p[key as keyof EngineSizes], min), `least ${key}`)] : []),
      ...(max === undefined ? [] : [requirement(natGe(max, p[key as keyof EngineSizes]), `greatest ${key}`)]),
    ]),
    requirement(natEq(clog2(ENTRIES), XB), 'the table has an entry for every pixel'),
    requirement(natEq(AB.mod(2), 0), 'a parameter has two halves'),
    requirement(natGe(AB, XB.plus(3)), 'a pixel is a part of a sum'),
    requirement(natGe(AB.times(2), AB.div(2).plus(AB).plus(2)), 'an addend lies within a product'),
    requirement(natGe(AB, laneWidth(XB, XU).plus(WB)), 'a sum holds a product'),
    requirement(natGe(9, widthFor(groups)), 'headers have 9 bits for groups'),
    requirement(natGe(8, indexWidth(groups)), 'headers have 8 bits for a bank group'),
    requirement(natGe(11, widthFor(groups.plus(1).times(D))), 'headers have 11 bits for channels'),
    requirement(natGe(16, indexWidth(PD)), 'places among the partial sums have 16 bits'),
    requirement(natGe(20, indexWidth(XD)), 'headers have 20 bits for an address'),
    requirement(natGe(20, widthFor(XD)), 'headers have 20 bits for an address'),
    requirement(natEq(XUNIT.times(group.div(XUNIT)), group), 'XUNIT divides a group'),
    requirement(natEq(XUNIT.times(XP.div(XUNIT)), XP), 'XUNIT divides a beat'),
    requirement(natEq(XUNIT.times(XP.div(XUNIT)).times(nat256.div(XP)), 256), 'a descriptor is whole beats'),
    requirement(natEq(YUNIT.times(group.div(YUNIT)), group), 'YUNIT divides a group'),
    requirement(natEq(YUNIT.times(YP.div(YUNIT)), YP), 'YUNIT divides a beat'),
    requirement(natGe(group.div(XUNIT), 1), 'a group has a unit'),
    requirement(natGe(XP.div(XUNIT), 1), 'a beat has a unit'),
    requirement(natGe(group.div(YUNIT), 1), 'a group has a unit'),
    requirement(natGe(YP.div(YUNIT), 1), 'a beat has a unit'),
    requirement(natGe(nat256.div(XP), 1), 'a descriptor has a beat'),
    requirement(natGe(8, nat256.div(XP)), 'a descriptor has at most 8 beats'),
    requirement(natEq(WP.div(32).times(32), WP), 'a beat has whole parameters'),
    requirement(natEq(WP.div(WUNIT).times(WUNIT), WP), 'WUNIT divides a beat'),
    requirement(
      natEq(M.times(G).times(WB).div(WUNIT).times(WUNIT), M.times(G).times(WB)),
      'WUNIT divides a weight word',
    ),
    requirement(natEq(WP.div(TUNIT).times(TUNIT), WP), 'TUNIT divides a beat'),
    requirement(natEq(XB.div(TUNIT).times(TUNIT), XB), 'TUNIT divides a pixel'),
    requirement(natGe(WP.div(32), 1), 'a beat has a parameter'),
    requirement(natGe(WP.div(TUNIT), 1), 'a beat has a unit'),
    requirement(natGe(XB.div(TUNIT), 1), 'a pixel has a unit'),
    requirement(natGe(WP.div(WUNIT), 1), 'a beat has a unit'),
    requirement(natGe(M.times(G).times(WB).div(WUNIT), 1), 'a weight word has a unit'),
  ];
};

function makeEngine(
  dw: boolean,
  kind: ColumnKind = plainColumns(),
  datapaths: ReturnType<typeof datapathsOf> = EngineDatapath,
) {
  return defineModule({
    name: `engine_core${dw ? '_dw' : ''}${arraySuffix(kind)}`,
    doc: `one reconfigurable array for every layer: P x M x G multipliers, fed by three streams

s_axis_w brings passes (header, tap program, parameters, weights), s_axis_x rows of pixels for the X-RAM,
m_axis_y takes results that leave. Passes run one after the other while enable is set; everything behind the
issue of a step is a pipeline that never waits. ${
      dw ? 'Private windows: depthwise passes, maximum and sum pooling.' : 'Dense passes only.'
    }
After an error (error_code of the weight port, x_error of the pixel port) only a reset helps; conflict tells of
two slices that asked for one bank.`,
    params: kind.binary ? { ...engineParams, WB: binaryWeight } : engineParams,
    requires: (p) => engineRequirements(p, kind.binary ? binaryWeight : engineParams.WB),
    ports: ({ XP, WP, YP }) => ({
      enable: input(bool(), 'passes may start'),
      s_axis_w: sink(bundle({ tdata: uint(WP), tlast: bool() })),
      s_axis_x: sink(bundle({ tdata: uint(XP), tlast: bool() })),
      m_axis_y: source(bundle({ tdata: uint(YP), tlast: bool() })),
      running: output(bool(), 'a pass issues steps'),
      step: output(bool(), 'a step was issued'),
      stalled: output(uint(6), 'no step for want of: weights, input, parameters, drain or output, residual, row'),
      passes_done: output(uint(16), 'passes whose last result is written'),
      done: output(bool(), 'a pass that says it is the last one is done'),
      error_code: output(uint(3), 'of the weight port: 0 none, 1 magic, 2 limits, 3 tlast too early, 4 missing'),
      error_rule: output(uint(7), 'rule that the header breaks, with limits'),
      error_header: output(uint(headerBits), 'the header that came last'),
      error_place: output(uint(32), '{packets before, beats of the packet}'),
      x_error: output(uint(4), 'of the pixel port: 0 none, 1 magic, 2 limits, 3 tlast'),
      conflict: output(bool(), 'two slices asked one bank in a cycle'),
      fault: output(uint(2), '0 none, 1 X-RAM address of a write, 2 conflict, 3 a row without kernel rows'),
      sending: output(bool(), 'packets of m_axis_y are not complete'),
    }),
    body(b, io, p) {
      const { P, G, M, D, XG, XB, WB, AB, XD, WD, PD, TMAX, KMAX, NTHR, MUL, FIXED, LUT, ENTRIES, ADD, RD, XU } = p;
      const { HQ, PQ, XP, WP, YP, YD, XUNIT, YUNIT, WUNIT, TUNIT } = p;
      const GROUPS = b.localparam('GROUPS', M.div(D), 'groups of a weight tile');
      const GROUP_BITS = b.localparam('GROUP_BITS', D.times(P).times(XB), 'bits of a group');
      const WORD_BITS = b.localparam('WORD_BITS', M.times(G).times(WB), 'bits of a weight word');
      const headers = b.stream('header', uint(headerBits));
      const cfg = b.stream('cfg', uint(headerBits));
      const s = b.wires({
        passCount: uint(16),
        freed: uint(widthFor(WD).plus(1)),
        ringAddress: uint(indexWidth(WD)),
        paramFree: bool(),
        tokens: uint(16),
        credit: bool(),
        resReady: bool(),
        clash: bool(),
      });
      const w = b.instance(
        'weightPort',
        EngineWeightPort,
        {
          ...{ WP, WU: WUNIT, TU: TUNIT, W_W: WORD_BITS, G, M, D, XB, XD, WD, PD, TMAX, KMAX, HQ, PQ },
          ...{ NTHR, MUL, FIXED, LUT, ADD },
          ...{ DW: dw ? 1 : 0, XU },
        },
        {
          ...{ s_axis: io.s_axis_w, m_header: headers, param_free: s.paramFree, passes_done: s.passCount },
          ...{ ring_freed: s.freed, ring_address: s.ringAddress },
          ...{ error_code: io.error_code, error_rule: io.error_rule, error_header: io.error_header },
          error_place: io.error_place,
        },
      );
      const q = b.instance(
        'sequencer',
        EngineSequencer,
        { P, G, M, D, WD, YD, TMAX, KMAX, HQ, PQ, FREE: ISSUE_LATENCY + ISSUE_TO_WEIGHTS },
        {
          ...{ enable: io.enable, s_header: headers, m_cfg: cfg, tap_write: w.tap_write, tap_address: w.tap_address },
          ...{ tap_data: w.tap_data, row_write: w.row_write, row_address: w.row_address, row_data: w.row_data },
          ...{ ring_write: w.ring_write, ring_freed: s.freed, params_full: w.params_full, x_tokens: s.tokens },
          ...{ passes_done: s.passCount, credit: s.credit, res_ready: s.resReady },
          ...{ running: io.running },
        },
      );
      b.assign(io.step, q.step_valid);
      b.assign(io.stalled, q.stalled);
      b.unused('scatter', q.step_scatter);
      b.comment('weights come from the ring when their step is at the array');
      b.instance(
        'ringAddress',
        EngineDelay,
        { W: indexWidth(WD), STEPS: ISSUE_TO_WEIGHTS - 1 },
        { d: q.step_weight, q: s.ringAddress },
      );

      b.comment('results go first to the X-RAM, then pixels that arrive');
      const pixels = b.stream(
        'pixels',
        bundle({ group: uint(indexWidth(GROUPS)), address: uint(20), lanes: uint(P), data: uint(GROUP_BITS) }),
      );
      b.instance(
        'pixelPort',
        EnginePixelPort,
        {
          ...{ P, D, XB, GROUPS, XD, UNIT: XUNIT, GROUP: GROUP_BITS.div(XUNIT), BEAT: XP.div(XUNIT) },
          BEATS: nat256.div(XP),
        },
        { s_axis: io.s_axis_x, passes_done: s.passCount, tokens: s.tokens, error: io.x_error, write: pixels },
      );
      const res = b.wires({
        ...{ resRead: bool(), resGroup: uint(indexWidth(GROUPS)), resAddress: uint(20) },
        ...{ resServed: bool(), resValid: bool(), resWords: uint(GROUP_BITS), resPopped: bool() },
      });
      b.genIf(
        'residual',
        natGt(ADD, 0),
        () => {
          const reader = b.instance(
            'residualReader',
            EngineResidualReader,
            { GROUPS, DEPTH: RD },
            {
              ...{ take: cfg.fire, header: cfg.data, served: res.resServed, popped: res.resPopped },
              // The first step of a pass may be the one that waits for the residual.
              step: q.step_valid.or(q.stalled.bit(4)),
              ...{ tile_taken: q.res_taken, ready: s.resReady },
            },
          );
          b.assign(res.resRead, reader.read);
          b.assign(res.resGroup, reader.group);
          b.assign(res.resAddress, reader.address);
        },
        () => {
          b.assign(s.resReady, 1);
          b.assign(res.resRead, 0);
          b.assign(res.resGroup, 0);
          b.assign(res.resAddress, 0);
          b.unused('noResidual', cat(q.res_taken.asUInt(), res.resServed.asUInt(), res.resPopped.asUInt()));
        },
      );
      b.unused('resAddress', res.resAddress.bits(indexWidth(XD), nat20.minus(indexWidth(XD))));
      const drain = b.wires({ drainValid: bool(), drainSums: uint(D.times(P).times(AB)) });
      const t = b.instance(
        'post',
        EnginePost,
        { P, D, GROUPS, AB, XB, PD, PQ, MUL, FIXED, NTHR, LUT, ENTRIES, ADD, DEPTH: RD },
        {
          ...{ cfg, tile_last: q.step_valid.and(q.step_last), tile_groups: q.step_groups },
          ...{ drain_valid: drain.drainValid, drain_sums: drain.drainSums, param_write: w.param_write },
          ...{ param_plane: w.param_plane, param_set: w.param_set, param_group: w.param_group },
          ...{ param_data: w.param_data, param_free: s.paramFree, table_write: w.table_write },
          ...{ table_address: w.table_address, table_data: w.table_data },
          ...{ res_valid: res.resValid, res_words: res.resWords, res_popped: res.resPopped },
        },
      );
      b.assign(pixels.ready, t.write_valid.not());
      b.comment('what no checked header can tell: from a fault on nothing is written or sent');
      // Reads are not looked at: beside the rows of a tensor at the edge of the X-RAM they lie outside, and lanes have the pad value.
      const LIMIT_W = b.localparam('LIMIT_W', 21, 'bits of an address that is compared');
      const beyond = b.constant(uint(LIMIT_W), XD);
      const writes = b.let('writesFar', t.write_valid.and(t.write_address.extend(LIMIT_W).ge(beyond)));
      const fault = b.reg('fault', uint(2).reset(0));
      const sound = b.let('sound', fault.eq(0));
      b.when(sound, () => {
        b.when(writes, () => b.next(fault, 1))
          .elseWhen(s.clash, () => b.next(fault, 2))
          .elseWhen(q.row_empty, () => b.next(fault, 3));
      });
      b.assign(io.fault, fault);
      b.assign(io.conflict, s.clash);
      const stores = b.let('stores', t.write_valid.and(sound).and(writes.not()));
      const address = t.write_valid.mux(t.write_address, pixels.data.address);
      b.unused('address', address.bits(indexWidth(XD), nat20.minus(indexWidth(XD))));
      b.instance(
        'datapath',
        dw ? datapaths.dw : datapaths.dense,
        { P, G, M, D, XG, XB, XU, WB, AB, XD, ADD },
        {
          ...{ step_valid: q.step_valid, step_first: q.step_first, step_last: q.step_last, step_op: q.step_op },
          ...{ step_tap: q.step_tap, step_read: q.step_read, step_live: q.step_live, step_bank: q.step_bank },
          ...{ step_address: q.step_address, step_low: q.step_low, step_high: q.step_high, step_pad: q.step_pad },
          ...{ step_unsigned: q.step_unsigned, step_has_weights: q.step_has_weights, step_byte: q.step_byte },
          ...{ step_groups: q.step_groups, weights: w.ring_word },
          ...{ group_read: res.resRead, group_group: res.resGroup, group_served: res.resServed },
          group_address: res.resAddress.truncate(indexWidth(XD)),
          ...{ group_valid: res.resValid, group_words: res.resWords },
          write_valid: stores.or(pixels.valid.and(t.write_valid.not())),
          write_group: t.write_valid.mux(t.write_group, pixels.data.group),
          write_address: address.truncate(indexWidth(XD)),
          write_lanes: t.write_valid.mux(t.write_lanes, pixels.data.lanes),
          write_data: t.write_valid.mux(t.write_data, pixels.data.data),
          ...{ drain_valid: drain.drainValid, drain_sums: drain.drainSums, conflict: s.clash },
        },
      );
      const results = b.stream('results', bundle({ tdata: uint(YP), tlast: bool() }));
      b.connect(io.m_axis_y, results);
      b.instance(
        'output',
        EngineOutput,
        { UNIT: YUNIT, GROUP: GROUP_BITS.div(YUNIT), BEAT: YP.div(YUNIT), DEPTH: YD },
        {
          ...{ in_valid: t.out_valid.and(sound), in_data: t.out_data, in_end: t.out_end, in_last: t.out_last },
          ...{ credit: s.credit, m_axis: results },
        },
      );

      b.comment('passes that are done; the last one of a job raises done');
      const r = b.regs({
        started: uint(16).reset(0),
        finished: uint(16).reset(0),
        ends: bool().reset(0).doc('the last pass of a job has started'),
        last: uint(16).doc('its number'),
        done: bool().reset(0),
        owed: uint(16).reset(0).doc('packets of m_axis_y that are not complete'),
      });
      b.assign(s.passCount, r.finished);
      b.assign(io.passes_done, r.finished);
      b.assign(io.done, r.done);
      const begins = b.let('begins', cfg.fire);
      const isLast = b.let('isLast', begins.and(headerField(cfg.data, 'last').asBool()));
      const reached = b.let('reached', r.ends.and(r.finished.eq(r.last)));
      b.when(begins, () => b.next(r.started, r.started.inc()));
      const owes = b.let('owes', begins.and(headerField(cfg.data, 'dstAxis').asBool()));
      const paid = b.let('paid', results.fire.and(results.data.tlast));
      b.when(owes.and(paid.not()), () => b.next(r.owed, r.owed.inc())).elseWhen(paid.and(owes.not()), () =>
        b.next(r.owed, r.owed.dec()),
      );
      b.assign(io.sending, r.owed.ne(0));
      b.when(t.pass_done.and(sound), () => b.next(r.finished, r.finished.inc()));
      b.when(isLast, () => {
        b.next(r.ends, 1);
        b.next(r.last, r.started.inc());
      }).elseWhen(reached, () => b.next(r.ends, 0));
      b.when(begins, () => b.next(r.done, 0)).elseWhen(reached, () => b.next(r.done, 1));
    },
  });
}

function coresOf(kind: ColumnKind) {
  const datapaths = datapathsOf(kind);
  return {
    dense: makeEngine(false, kind, datapaths),
    dw: makeEngine(true, kind, datapaths),
  } as const;
}

/** By whether there are private windows. */
export const EngineCore = { dense: makeEngine(false), dw: makeEngine(true) } as const;
export const EngineCoreDense = EngineCore.dense;
export const EngineCoreDw = EngineCore.dw;

/** The same with two pixels a multiplier (PACK = 1). */
export const EngineCorePacked = coresOf(packedColumns);

/** What may be put in the place of modules of the library. */
export interface EngineModules {
  /** Processing element: parameters, ports and latency of {@link EnginePe}. */
  readonly pe?: PeTemplate;
}

/**
 * The core of an engine by its options DW, PACK, GATE and WB (1: binary weights); a processing element of one's own takes the
 * place of `engine_pe`. Throws H2202 where one is asked for together with PACK or binary weights, whose columns are others.
 */
export function engineCore(
  { DW, PACK, GATE, WB }: Pick<EngineParameters, 'DW' | 'PACK' | 'GATE' | 'WB'>,
  { pe }: EngineModules = {},
) {
  const kind = WB === 1 ? binaryColumns : PACK > 0 ? packedColumns : plainColumns(pe);
  if (pe !== undefined && (WB === 1 || PACK > 0))
    throw engineError(
      'H2202',
      'PACK',
      'columns of pairs or signs leave no room for a PE of your own',
      'PACK=0, WB > 1',
    );
  const known = pe === undefined && GATE === 0 && WB > 1;
  const { dense, dw } = known
    ? PACK > 0
      ? EngineCorePacked
      : EngineCore
    : coresOf(GATE > 0 ? gatedColumns(kind) : kind);
  return DW > 0 ? dw : dense;
}
