/**
 * What a test bench costs: the same traffic (random beats, a quarter of the cycles stalled on either side) in three forms,
 * in nanoseconds of CPU time a cycle and as a ratio to the bench that is compiled into the circuit, same process, interleaved rounds.
 *
 *   npm run bench:testbench [-- --json]
 */
import { Fifo } from '../../src/blocks/stream/index.js';
import { type AnyTemplate, closedBench } from '../../src/blocks/testbench/index.js';
import { buildDesign, bool, defineModule, natParam, sink, sint, source, uint, vec } from '../../src/hdl/index.js';
import { Bench, type Coroutine, createSimulation, runBench, type WasmSimulation } from '../../src/simulator/index.js';

/** M x L multiply-accumulate cells fed by one stream: a block with some work in it. */
const MacGrid = defineModule({
  name: 'mac_grid',
  doc: 'M x L accumulators of products of a beat with one of M beats before',
  params: { M: natParam({ default: 16, min: 1 }), L: natParam({ default: 64, min: 1 }) },
  ports: ({ L }) => ({ s_axis: sink(vec(L, sint(8))), m_axis: source(uint(32)) }),
  body(b, { s_axis: s, m_axis: m }, { M, L }) {
    const r = b.regs({ valid: bool().reset(0), out: uint(32) });
    const ready = b.let('ready', r.valid.not().or(m.ready));
    const go = b.let('go', s.valid.and(ready));
    const rows = b.wire('rows', vec(M, sint(32)));
    const hop = b.wire('hop', vec(M.plus(1), vec(L, sint(8))));
    b.assign(hop.at(0), s.data);
    b.genFor('row', M, (i) => {
      const past = b.reg('past', vec(L, sint(8)));
      const acc = b.reg('acc', vec(L, sint(32)));
      b.assign(hop.at(i.plus(1)), past);
      b.genFor('lane', L, (l) => {
        b.when(go, () => {
          b.next(past.at(l), hop.at(i).at(l));
          b.next(acc.at(l), acc.at(l).addWrap(s.data.at(l).mul(past.at(l)).extend(32)));
        });
      });
      b.assign(rows.at(i), acc.at(0));
    });
    b.assign(s.ready, ready);
    b.assign(m.valid, r.valid);
    b.assign(m.data, r.out);
    b.when(ready, () => b.next(r.valid, s.valid));
    b.when(go, () => b.next(r.out, rows.at(M.minus(1)).asUInt()));
  },
});

interface Case {
  readonly name: string;
  readonly block: AnyTemplate;
  readonly params: Readonly<Record<string, number>>;
}
const cases: readonly Case[] = [
  { name: 'fifo, 32 bits', block: Fifo, params: { W: 32, DEPTH: 16 } },
  { name: 'grid of 1024 multiply-accumulate cells', block: MacGrid, params: { M: 16, L: 64 } },
];

const quarter = 0x40000000;
/** Marsaglia's xorshift32, as in the compiled bench. */
function xorshift(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>>= 0);
  };
}

type Tier = (cycles: number) => number | Promise<number>;

function reset(simulation: WasmSimulation): WasmSimulation {
  simulation.poke('aresetn', 0);
  simulation.tick();
  simulation.poke('aresetn', 1);
  return simulation;
}

function compiledTier({ block, params }: Case): Tier {
  const simulation = reset(createSimulation(closedBench(block, { params, count: 2 ** 31 - 1 })));
  return (cycles) => simulation.runUntil('stop', cycles);
}

function coroutineTier({ block, params }: Case, history: boolean): Tier {
  const bench = new Bench(reset(createSimulation(buildDesign(block), { params })), history ? {} : { history: false });
  const wide = bench.port('s_axis_tdata').width > 32;
  bench.process(
    'source',
    function* (io): Coroutine {
      const [valid, ready, data] = [io.port('s_axis_tvalid'), io.port('s_axis_tready'), io.port('s_axis_tdata')];
      const [beats, pace] = [xorshift(1), xorshift(2)];
      const lanes = new Int32Array(wide ? 64 : 1);
      let offered = false;
      for (;;) {
        if (!offered && pace() >= quarter) {
          offered = true;
          if (wide) for (let k = 0; k < lanes.length; k++) lanes[k] = beats();
          if (wide) data.setElements(lanes);
          else data.setNumber(beats());
          valid.setNumber(1);
        }
        yield;
        if (!offered || ready.getNumber() === 0) continue;
        offered = false;
        valid.setNumber(0);
      }
    },
    { background: true },
  );
  let checksum = 0;
  bench.process(
    'sink',
    function* (io): Coroutine {
      const [valid, ready, data] = [io.port('m_axis_tvalid'), io.port('m_axis_tready'), io.port('m_axis_tdata')];
      const pace = xorshift(3);
      for (;;) {
        const open = pace() >= quarter;
        ready.setNumber(open ? 1 : 0);
        yield;
        if (open && valid.getNumber() === 1) checksum = (((checksum << 5) | (checksum >>> 27)) + data.getNumber()) | 0;
      }
    },
    { background: true },
  );
  return (cycles) => bench.run(cycles);
}

function asyncTier({ block, params }: Case, chunk: number): Tier {
  const simulation = createSimulation(buildDesign(block), { params });
  return (cycles) =>
    runBench(simulation, async (tb) => {
      const [s, m] = [tb.sender('s_axis', { stall: 0.25 }), tb.receiver('m_axis', { stall: 0.25 })];
      const wide = tb.port('s_axis_tdata').width > 32;
      const random = xorshift(1);
      const beat = (): bigint =>
        wide
          ? Array.from({ length: 16 }, random).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
          : BigInt(random());
      await tb.reset();
      const finish = tb.cycle + cycles;
      const sending = (async () => {
        while (tb.cycle < finish) await s.send(Array.from({ length: chunk }, beat));
      })();
      let open = true;
      const receiving = (async () => {
        // The last beats of the sender have to leave, too.
        while (open) await m.receive(chunk, { timeout: 1000 }).catch(() => (open = false));
      })();
      await sending;
      open = false;
      await receiving;
    });
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;

async function nanoseconds(tier: Tier, cycles: number): Promise<number> {
  // CPU time: other work on the machine does not count.
  const start = process.cpuUsage();
  const ran = await tier(cycles);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / ran;
}

const results: Record<string, Record<string, { ns: number; ratio: number }>> = {};
for (const each of cases) {
  const tiers: Readonly<Record<string, readonly [Tier, number]>> = {
    'compiled into the circuit': [compiledTier(each), 2_000_000],
    'coroutines, no history': [coroutineTier(each, false), 200_000],
    'coroutines, history kept': [coroutineTier(each, true), 200_000],
    'async, 64 beats an await': [asyncTier(each, 64), 100_000],
    'async, 1 beat an await': [asyncTier(each, 1), 100_000],
  };
  const times: Record<string, number[]> = {};
  for (let round = 0; round < 6; round++) {
    for (const [name, [tier, cycles]] of Object.entries(tiers)) {
      const time = await nanoseconds(tier, cycles);
      // The first round is for the just-in-time compilers.
      if (round > 0) (times[name] ??= []).push(time);
    }
  }
  const base = median(times['compiled into the circuit'] ?? []);
  results[each.name] = Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, { ns: median(list), ratio: median(list) / base }]),
  );
}

if (process.argv.includes('--json')) console.log(JSON.stringify(results, undefined, 2));
else {
  for (const [name, tiers] of Object.entries(results)) {
    console.log(`${name}\n  ${'test bench'.padEnd(28)}${'ns a cycle'.padStart(12)}${'times tier 1'.padStart(14)}`);
    for (const [tier, { ns, ratio }] of Object.entries(tiers)) {
      console.log(`  ${tier.padEnd(28)}${ns.toFixed(1).padStart(12)}${ratio.toFixed(1).padStart(14)}`);
    }
  }
}
