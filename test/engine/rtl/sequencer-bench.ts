/**
 * Random passes through engine_sequencer beside a timing model written from the specification: which step is issued in which
 * cycle, and what stands at the outputs 6 cycles later.
 */
import { expect } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { encodeHeader } from '../../../src/engine/header.js';
import { encodeTap } from '../../../src/engine/tap.js';
import type { Simulation } from '../../../src/simulator/index.js';
import { type Pass, randomPass, reusePass, type Shape, type Step, stepsOf } from './step-list.js';

export interface SequencerShape extends Shape {
  readonly YD: number;
  readonly FREE: number;
}

const LATENCY = 6;

/** `expect` is slow; most values are equal. */
function same(found: unknown, wanted: unknown, where: string): void {
  if (found !== wanted && JSON.stringify(found) !== JSON.stringify(wanted)) expect(found, where).toEqual(wanted);
}

function packed(words: Uint32Array): bigint {
  return words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);
}

/** Fields of a vector of `count` elements of `width` bits. */
const element = (value: bigint, index: number, width: number) =>
  Number((value >> BigInt(index * width)) & ((1n << BigInt(width)) - 1n));

const bits = (count: number) => Math.max(1, Math.ceil(Math.log2(count)));

/** Taps and row table of a pass as writes of one cycle each. */
function writesOf({ taps, rows }: Pass, set: number) {
  return [
    ...taps.map((tap, t) => ({ tap_write: 1, tap_address: 2 * t + set, tap_data: encodeTap(tap) })),
    ...rows.map(({ start, rem }, k) => ({ row_write: 1, row_address: 2 * k + set, row_data: start + 65536 * rem })),
  ];
}

export interface BenchOptions {
  readonly passes: number;
  /** Chance of every stall, 0: none. */
  readonly stalls: number;
}

/** Runs `passes` random passes on every simulation; returns cycles and steps. */
export function runSequencer(
  sims: readonly Simulation[],
  shape: SequencerShape,
  random: RandomStream,
  { passes, stalls }: BenchOptions,
) {
  const lucky = () => random.nextFloat() >= stalls;
  const list: Pass[] = [];
  for (let n = 0; n < passes; n++) {
    const pass = randomPass(random, shape);
    const { header } = pass;
    const room = header.wWords * header.CHN * header.OTN <= shape.WD;
    const wKeep = header.hasWeights === 1 && room && random.nextInt(3) === 0 ? 1 : 0;
    const kept = { ...pass, header: { ...header, wKeep } };
    // Half of the passes behind one that keeps its weights are that pass again.
    const before = list.at(-1);
    const again = before !== undefined && before.header.wKeep === 1 && random.nextInt(2) === 0;
    list.push(again ? reusePass({ ...before, header: { ...before.header, wKeep } }, before) : kept);
  }
  const work = list.map((pass) => stepsOf(pass, shape));
  const fresh = list.map(({ header: h }) => (h.hasWeights === 1 && h.wReuse === 0 ? h.wWords * h.CHN * h.OTN : 0));

  const inputs: Record<string, number | bigint> = {};
  const s = {
    ...{ loaded: 0, writes: writesOf(list[0]!, 0), pass: -1, step: 0, quietUntil: 0, started: 0, done: 0 },
    ...{ rowValid: false, rowOffer: Infinity, rowsTaken: 0 },
    ...{ written: 0, base: 0, passBase: 0, drain: 0, credits: shape.YD, params: 0, tokens: 0 },
  };
  // Words that the port may still send, and parameter sets; the port is ahead of the sequencer by as much as it likes.
  let freed: { at: number; value: number }[] = [{ at: 0, value: 0 }];
  const issued: { at: number; step: Step; place: number; pass: Pass }[] = [];
  let total = 0;
  let [cycle, endless] = [0, 0];
  const rowsOf = (pass: number) => (work[pass]!.at(-1)?.row ?? -1) + 1;
  for (const sim of sims) {
    sim.poke('aresetn', 0);
    for (const port of sim.ports) if (port.dir === 'input' && port.name !== 'aresetn') sim.poke(port.name, 0);
    sim.poke('enable', 1);
    for (let k = 0; k < 8; k++) sim.tick();
    sim.poke('aresetn', 1);
  }
  for (; s.pass < passes - 1 || s.step < work[s.pass]!.length || issued.length > 0; cycle++) {
    if (++endless > 20_000) throw new Error(`no step for a long time: pass ${s.pass}, step ${s.step}`);
    const next = s.pass + 1;
    const write = s.loaded === next ? s.writes.shift() : undefined;
    const complete = s.loaded === next && s.writes.length === 0 && write === undefined && next < passes;
    const wordsWanted = fresh.slice(0, Math.min(passes, next + 1)).reduce((sum, each) => sum + each, 0);
    const freeNow = freed.filter(({ at }) => at <= cycle).at(-1)!.value;
    const space = s.written - freeNow < shape.WD;
    const paramsWanted = s.pass >= 0 && list[s.pass]!.header.planes !== 0 ? 1 : 0;
    Object.assign(
      inputs,
      { tap_write: 0, row_write: 0, tap_address: 0, tap_data: 0, row_address: 0, row_data: 0 },
      write,
    );
    inputs['s_header_tvalid'] = complete && lucky() ? 1 : 0;
    inputs['s_header_tdata'] = next < passes ? packed(encodeHeader(list[next]!.header)) : 0n;
    inputs['m_cfg_tready'] = lucky() ? 1 : 0;
    inputs['ring_write'] = s.written < wordsWanted && space && lucky() ? 1 : 0;
    inputs['params_full'] = s.params < 2 && paramsWanted === 1 && lucky() ? 1 : 0;
    inputs['x_tokens'] = s.tokens;
    inputs['passes_done'] = s.done;
    inputs['credit'] = s.credits < shape.YD && lucky() ? 1 : 0;
    inputs['res_ready'] = lucky() ? 1 : 0;

    // What the specification says of this cycle.
    const running = s.pass >= 0 && s.step < work[s.pass]!.length;
    const header = s.pass >= 0 ? list[s.pass]!.header : undefined;
    const step = running ? work[s.pass]![s.step]! : undefined;
    const offers =
      !running &&
      cycle >= s.quietUntil &&
      inputs['s_header_tvalid'] === 1 &&
      ((list[next]!.header.flush === 0 && header?.res !== 1) || s.started === s.done);
    const take = offers && inputs['m_cfg_tready'] === 1;
    let stalled = running && !s.rowValid ? 32 : 0;
    if (step !== undefined && header !== undefined && s.rowValid) {
      const sends = header.dstAxis === 1 && step.lastChunk;
      if (header.hasWeights === 1 && step.word >= s.written - s.base) stalled = 1;
      else if (step.opensRow && header.tokCheck === 1 && s.tokens < step.need) stalled = 2;
      else if (step.opensTile && header.planes !== 0 && s.params === 0) stalled = 4;
      else if (step.last && (s.drain > 0 || (sends && s.credits < step.groups))) stalled = 8;
      else if (step.last && step.lastChunk && header.res === 1 && inputs['res_ready'] === 0) stalled = 16;
    }
    const issue = running && s.rowValid && stalled === 0;
    const adds = issue && step!.last && step!.lastChunk && header!.res === 1;

    for (const sim of sims) {
      for (const [name, value] of Object.entries(inputs)) sim.poke(name, value);
      sim.settle();
      const seen = (name: string) => Number(sim.peek(name));
      const where = `cycle ${cycle}, pass ${s.pass}, step ${s.step}`;
      same([seen('running'), seen('stalled'), seen('res_taken')], [+running, stalled, +adds], where);
      same([seen('m_cfg_tvalid'), seen('s_header_tready')], [+offers, +take], where);
      same(seen('ring_freed'), freeNow % 2 ** (bits(shape.WD + 1) + 1), where);
      const due = issued[0]?.at === cycle ? issued[0] : undefined;
      same(seen('step_valid'), due === undefined ? 0 : 1, where);
      if (due !== undefined) checkStep(sim, shape, due, where);
    }
    if (issued[0]?.at === cycle) issued.shift();

    // The edge.
    if (issue && step !== undefined && header !== undefined) {
      endless = 0;
      total++;
      issued.push({ at: cycle + LATENCY, step, place: (s.base + step.word) % shape.WD, pass: list[s.pass]! });
      const free = step.lastTileOfChunk && header.hasWeights === 1 && header.wKeep === 0;
      if (free && step.lastOfChunk) freed.push({ at: cycle + shape.FREE, value: s.base + header.wWords });
      else if (free && step.lastUse) freed.push({ at: cycle + shape.FREE, value: s.base + step.word + 1 });
      const [writes, passages] = [header.dstXram === 1 ? header.ySW : 1, header.res === 1 ? 2 : 1];
      if (step.last) s.drain = Math.max(step.groups * Math.max(writes, passages), header.CHN > 1 ? 4 : 1) - 1;
      else if (s.drain > 0) s.drain--;
      if (step.last && header.dstAxis === 1 && step.lastChunk) s.credits -= step.groups;
      if (step.opensTile && header.planes !== 0) s.params--;
      if (step.lastOfChunk && header.hasWeights === 1) s.base += header.wWords;
      if (step.lastOfRow) s.rowValid = false;
      if (++s.step === work[s.pass]!.length) s.quietUntil = cycle + 5;
    } else if (s.drain > 0) s.drain--;
    if (running && !s.rowValid && cycle >= s.rowOffer) {
      s.rowValid = true;
      s.rowOffer = ++s.rowsTaken < rowsOf(s.pass) ? cycle + header!.SH + 4 : Infinity;
    }
    s.credits += Number(inputs['credit']);
    s.written += Number(inputs['ring_write']);
    s.params += Number(inputs['params_full']);
    if (s.tokens < 30_000 && random.nextInt(stalls === 0 ? 1 : 12) === 0) s.tokens++;
    const finished = running ? s.started - 1 : s.started;
    if (s.done < finished && issued.length === 0 && random.nextInt(4) === 0) s.done++;
    if (take) {
      s.pass++;
      s.step = 0;
      s.started++;
      s.rowOffer = cycle + 5;
      s.rowsTaken = 0;
      s.rowValid = false;
      if (list[s.pass]!.header.wReuse === 1) s.base = s.passBase;
      else {
        s.passBase = s.base;
        freed.push({ at: cycle + shape.FREE - 1, value: s.base });
      }
      s.loaded = s.pass + 1;
      if (s.loaded < passes) s.writes = writesOf(list[s.loaded]!, s.loaded % 2);
      endless = 0;
    }
    freed = freed.filter(({ at }, k) => k >= freed.length - 64 || at > cycle);
    for (const sim of sims) sim.tick();
  }
  return { cycles: cycle, steps: total };
}

function checkStep(
  sim: Simulation,
  { G, M }: SequencerShape,
  { step, place, pass: { header } }: { step: Step; place: number; pass: Pass },
  where: string,
) {
  const seen = (name: string) => Number(sim.peek(name));
  const [banks, addresses] = [sim.peek('step_bank'), sim.peek('step_address')];
  const dense = header.op === 0;
  const slices = step.slices.map((slice, g) => {
    const live = element(sim.peek('step_live'), g, 1) === 1;
    if (slice === undefined || !live) return live ? { bank: -1, address: -1 } : undefined;
    const address = element(addresses, g, 20);
    return { bank: dense ? element(banks, g, bits(M)) : slice.bank, address };
  });
  same(slices, step.slices, where);
  const names = ['first', 'last', 'op', 'tap', 'read', 'low', 'high', 'pad', 'unsigned', 'has_weights', 'groups'];
  const wanted = {
    ...{ first: +step.first, last: +step.last, op: header.op, tap: step.tap.op, read: step.tap.read },
    ...{ low: step.low, high: step.high, pad: header.pad & 0xffff, unsigned: header.inUnsigned },
    ...{ has_weights: header.hasWeights, groups: step.groups },
  };
  same(Object.fromEntries(names.map((name) => [name, seen(`step_${name}`)])), wanted, where);
  same(seen('step_scatter'), header.dstXram === 1 ? header.ySW : 1, where);
  if (header.hasWeights === 1) same(seen('step_weight'), place, where);
  if (header.op === 1 && G > 1) same(seen('step_byte'), step.byte, where);
}
