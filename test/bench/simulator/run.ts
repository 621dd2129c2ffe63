/**
 * The benchmark of the compiled simulator against Verilator (one thread): `npm run bench:simulator [-- --json] [-- case ...]`.
 *
 * Both run the same circuit under the same random stimulus in interleaved rounds; CPU time, medians, checksums compared
 * every round. Verilator has the text that we emit and a hand-written equivalent; the ratio counts against the faster.
 *
 * `ratio` is against Verilator as the goals were set: `-O3 --x-assign fast --x-initial fast --noassert -CFLAGS "-O3 -march=native"`.
 * Verilator's makefile adds an -Os to that; `optFast` is against programs whose C++ is really compiled with -O3.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDesign } from '../../../src/hdl/index.js';
import { emitDesign } from '../../../src/verilog/index.js';
import { irregularDesign, irregularText, randomNetlist } from './irregular.js';
import { measureLockstep } from './lockstep.js';
import { MacArray } from './mac.js';
import { type Runner, irregularRunner, macFlatRunner, macRunner } from './ours.js';
import { median } from './statistics.js';
import { type PeerSpec, Peer, type RunResult, buildPeer } from './verilator.js';

const ROUNDS = 7;
/** Seconds of CPU time of one side in one round. */
const SLICE = 0.2;

interface Figures {
  readonly ratio: number;
  /** Thousands of cycles a second. */
  readonly ours: number;
  readonly verilator: number;
  readonly checksum: string;
  /** Which text Verilator was faster on. */
  readonly text: string;
  /** The same against Verilator's program compiled with OPT_FAST=-O3, see `buildPeer`; absent where that takes too long to build. */
  readonly optFast?: { readonly ratio: number; readonly verilator: number };
}

/** Programs of the peer by the text that they were made of. */
type Peers = Readonly<Record<string, string>>;

interface PeerPrograms {
  /** Built by the command that the figures are defined with. */
  readonly usual: Peers;
  readonly optFast: Peers;
}

/** Builds every text both ways; `optFast` false leaves the second out. */
async function bothWays(specs: Readonly<Record<string, PeerSpec>>, optFast = true): Promise<PeerPrograms> {
  const built = async (fast: boolean): Promise<Peers> => {
    const programs: Record<string, string> = {};
    for (const [text, spec] of Object.entries(specs)) programs[text] = await buildPeer(spec, fast);
    return programs;
  };
  return { usual: await built(false), optFast: optFast ? await built(true) : {} };
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'heddle-bench-'));

async function compare(ours: Runner, { usual, optFast }: PeerPrograms, duty: number, trace?: string): Promise<Figures> {
  const started = (programs: Peers, fast: boolean) =>
    Object.entries(programs).map(([text, program]) => ({
      ...{ text, fast },
      // Programs that write one file would slow each other down.
      peer: new Peer(program, ['0', '3', trace === undefined ? '' : `${trace}_${text}_${fast ? 'fast' : 'usual'}.fst`]),
      rates: [] as number[],
    }));
  const peers = [...started(usual, false), ...started(optFast, true)];
  const rates: number[] = [];
  let checksum = '';
  let cycles = 1000;
  // All sides run the same number of cycles; it grows until the slowest of the fast ones takes a slice.
  for (let round = -4; round < ROUNDS; round++) {
    const mine = ours.run(cycles, duty);
    const answers: RunResult[] = [];
    for (const { peer } of peers) answers.push(await peer.run(cycles, duty));
    ({ checksum } = mine);
    for (const a of answers)
      if (a.checksum !== checksum) throw new Error(`checksums differ: ${a.checksum} ${checksum}`);
    if (round < 0) {
      const fastest = Math.min(...answers.map((a) => a.seconds));
      cycles = Math.max(1000, Math.min(cycles * 50, Math.ceil((cycles * SLICE) / Math.max(fastest, 1e-5))));
      continue;
    }
    rates.push(cycles / mine.seconds / 1000);
    peers.forEach((p, k) => p.rates.push(cycles / (answers[k]?.seconds ?? 1) / 1000));
  }
  for (const { peer } of peers) peer.close();
  const own = median(rates);
  const best = (fast: boolean) =>
    peers
      .filter((each) => each.fast === fast)
      .map(({ text, rates: each }) => ({ text, rate: median(each) }))
      .sort((a, b) => b.rate - a.rate)[0];
  const against = (rate: number) => ({ ratio: round2(own / rate), verilator: Math.round(rate) });
  const [plain, fast] = [best(false), best(true)];
  if (plain === undefined) throw new Error('no program to compare with');
  return {
    ...against(plain.rate),
    ...{ ours: Math.round(own), checksum, text: plain.text },
    ...(fast === undefined ? {} : { optFast: against(fast.rate) }),
  };
}

const round2 = (x: number): number => Math.round(x * 100) / 100;

async function macPeers(rows: number, columns: number, trace = false): Promise<PeerPrograms> {
  const common: Omit<PeerSpec, 'files'> = {
    top: 'mac_array',
    testbench: 'mac-tb.cpp',
    params: { R: rows, C: columns },
    defines: { ROWS: rows, COLUMNS: columns },
    trace,
  };
  const hand = { ...common, files: [{ name: 'mac_array.sv', text: readFileSync(here('mac-hand.sv'), 'utf8') }] };
  // Verilator is ten times slower on the emitted text, whose arrays are flat vectors: at the larger sizes it is left out.
  if (rows > 8) return bothWays({ hand });
  return bothWays({ hand, emitted: { ...common, files: emitDesign(buildDesign(MacArray)) } });
}

async function mac(rows: number, columns: number, duty = 3): Promise<Figures> {
  return compare(macRunner(rows, columns), await macPeers(rows, columns), duty);
}

async function irregular(nodes: number): Promise<Figures> {
  const netlist = randomNetlist(nodes);
  const common = { top: 'irregular', testbench: 'irregular-tb.cpp' };
  const hand = { ...common, files: [{ name: 'irregular.sv', text: irregularText(netlist) }] };
  // The largest text takes half an hour to build: once is enough, and the direct form is the faster one at smaller sizes.
  const peers =
    nodes > 20_000
      ? await bothWays({ hand }, false)
      : await bothWays({ hand, emitted: { ...common, files: emitDesign(irregularDesign(netlist)) } });
  return compare(irregularRunner(netlist), peers, 0);
}

async function traced(): Promise<Figures> {
  const ours = macRunner(8, 24);
  const journal = ours.simulation.journal();
  const peers = await macPeers(8, 24, true);
  const figures = await compare(ours, peers, 3, join(temporary, 'trace'));
  journal.stop();
  return figures;
}

/** The quickest of some fresh processes: the others measure the machine. */
function firstCycle(nodes: number): number {
  const once = (): number =>
    Number(
      execFileSync(process.execPath, ['--import', 'tsx', here('first-cycle.ts'), String(nodes)], { encoding: 'utf8' }),
    );
  return round2(Math.min(...Array.from({ length: 5 }, once)));
}

const cases: Record<string, () => Promise<unknown>> = {
  mac_8x24: () => mac(8, 24),
  // The same array written without loops, against the same texts.
  mac_flat_8x24: async () => compare(macFlatRunner(), await macPeers(8, 24), 3),
  mac_16x64: () => mac(16, 64),
  mac_32x96: () => mac(32, 96),
  irregular_1k: () => irregular(1000),
  irregular_10k: () => irregular(10_000),
  irregular_100k: () => irregular(100_000),
  idle_16x64: () => mac(16, 64, 0),
  traced_8x24: traced,
  first_cycle_ms: () =>
    Promise.resolve({ '1k': firstCycle(1000), '10k': firstCycle(10_000), '100k': firstCycle(100_000) }),
  lockstep: () => measureLockstep(100_000, 5),
};

const args = process.argv.slice(2);
const wanted = args.filter((a) => !a.startsWith('--'));
const results: Record<string, unknown> = {};
try {
  for (const [name, measure] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results[name] = await measure();
    if (!args.includes('--json')) console.log(name.padEnd(16), JSON.stringify(results[name]));
  }
  if (args.includes('--json')) console.log(JSON.stringify(results, undefined, 2));
} finally {
  if (existsSync(temporary)) rmSync(temporary, { recursive: true });
}
