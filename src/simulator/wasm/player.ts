/** The player of the compiled simulator: queues, results and notes lie in linear memory, and cycles never leave WebAssembly. */
import { HeddleError } from '../../base/diagnostics.js';
import { type PortStream } from '../bench/port-streams.js';
import { type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from '../elaborated.js';
import { portInfos } from '../inspect.js';
import {
  DEFAULT_SEED,
  type Player,
  type PlayerOptions,
  type Received,
  pauseBelow,
  playedStreams,
  wordsOf,
} from '../player.js';
import type { Engine } from './engine.js';
import { type Ground, growMemory } from './ground.js';
import { LANE, LANE_BYTES, PLAYER, PLAYER_BYTES, type PlayedLane, playerModule } from './player-module.js';
import { type PortWords, portWords } from './port-words.js';
import { storageBytes } from './layout.js';

/** Beats that fit into a queue or a place for results, in bytes; a queue grows when more are sent. */
const QUEUE_BYTES = 1 << 16;
/** Rows of notes. */
const NOTES = 4096;

/** A lane with what is needed to fill and to empty it. */
interface Queue extends PlayedLane {
  readonly stream: PortStream;
  /** Words of a beat. */
  readonly words: number;
  /** Reads and writes a beat at `staging`, where memory does not hold just its words. */
  readonly slow: { readonly staging: number; readonly port: PortWords } | undefined;
  /** The place for beats; that for their tlast is behind it. */
  from: number;
  bytes: number;
}

/** Bytes that beats and their tlast take. */
const placeOf = (bytes: number, shift: number): number => bytes + (bytes >>> shift);

/** What does not change from one player to the next of the same streams. */
interface Stage {
  readonly queues: readonly Queue[];
  /** Address of the variables of {@link PLAYER}. */
  readonly variables: number;
  readonly notes: { readonly from: number; readonly to: number };
  readonly run: (cycles: number) => void;
}

/**
 * Makes players on `ground` with cycles of `engine`; `touched` is told that ports and state have changed. Their code is made
 * once for the same streams: a player ends where the next one begins.
 */
export function wasmPlayers(
  ground: Ground,
  engine: () => Engine,
  touched: () => void,
): (options: PlayerOptions) => Player {
  const stages = new Map<string, Stage>();
  return (options) => {
    const { streams, watch, stalls } = options;
    const key = JSON.stringify([streams, watch, stalls]);
    const stage = stages.get(key) ?? stageOf(ground, engine(), options);
    stages.set(key, stage);
    return playerOn(ground, stage, options.seed, touched);
  };
}

function stageOf(ground: Ground, engine: Engine, options: PlayerOptions): Stage {
  const { circuit, layout, allocator, storage } = ground;
  const found = playedStreams(circuit.top, portInfos(circuit), options);
  const byName = new Map(circuit.ports.map((id) => [signalOf(circuit, id).name, signalOf(circuit, id)]));
  const portOf = (name: string): ElabSignal => {
    const signal = byName.get(name);
    if (signal === undefined) throw new Error(`no port '${name}'`);
    return signal;
  };
  const addressOf = (signal: ElabSignal): number => layout.slots[signal.id]?.address ?? 0;
  const shown = new Set<number>();

  const queueOf = (stream: PortStream): Queue => {
    const { name, role } = stream;
    const data = portOf(`${name}_tdata`);
    const tlast = stream.fields.some((field) => field.name === 'tlast') ? portOf(`${name}_tlast`) : undefined;
    const sends = role === 'sink';
    const [own, other] = (sends ? ['tvalid', 'tready'] : ['tready', 'tvalid']).map((end) => portOf(`${name}_${end}`));
    if (own === undefined || other === undefined) throw new Error(`no stream '${name}'`);
    for (const s of [other, ...(sends ? [] : [data, ...(tlast === undefined ? [] : [tlast])])]) shown.add(s.id);
    const size = storageBytes(data.width);
    const bytes = size * elementCount(data);
    const shift = Math.max(2, Math.ceil(Math.log2(bytes)));
    const dense = data.width === 8 * size && bytes === 1 << shift;
    const capacity = Math.max(4 << shift, QUEUE_BYTES);
    const staging = dense ? 0 : allocator.take(bytes);
    const fake = { ...layout, slots: [...layout.slots] };
    fake.slots[data.id] = { address: staging, stride: size };
    return {
      ...{ sends, own: addressOf(own), other: addressOf(other), data: { address: addressOf(data), bytes } },
      ...{ last: tlast === undefined ? undefined : addressOf(tlast), shift, stream },
      pauseBelow: pauseBelow(options.stalls?.[name]),
      variables: allocator.take(LANE_BYTES),
      words: wordsOf(stream),
      slow: dense ? undefined : { staging, port: portWords(storage, fake, data) },
      ...{ from: allocator.take(placeOf(capacity, shift)), bytes: capacity },
    };
  };
  const queues = found.map(queueOf);
  const watched = (options.watch ?? []).map((name) => {
    const signal = portOf(name);
    shown.add(signal.id);
    if (elementCount(signal) > 1) throw notNumber(circuit, name);
    const bytes = storageBytes(signal.width);
    const mask = signal.width === 32 ? -1 : 2 ** signal.width - 1;
    return { address: addressOf(signal), bytes, mask, before: allocator.take(4) };
  });
  const variables = allocator.take(PLAYER_BYTES);
  const row = 4 * (watched.length + 1);
  const notes = allocator.take(row * NOTES);
  growMemory(ground);

  const code = { lanes: queues, watched, variables };
  return {
    ...{ queues, variables, notes: { from: notes, to: notes + row * NOTES } },
    run: engine.playing((rings) => playerModule(code, rings), [...shown]),
  };
}

function playerOn(ground: Ground, stage: Stage, seed: number | undefined, touched: () => void): Player {
  const { allocator, storage } = ground;
  const { queues, variables, notes, run } = stage;
  const get = (address: number): number => storage.view.getInt32(address, true);
  const set = (address: number, value: number): void => storage.view.setInt32(address, value, true);
  const toPlace = (q: Queue): void => set(q.variables + LANE.lasts, q.from + q.bytes - (q.from >>> q.shift));
  set(variables + PLAYER.cycles, 0);
  set(variables + PLAYER.draw, seed ?? DEFAULT_SEED);
  set(variables + PLAYER.noteAt, notes.from);
  set(variables + PLAYER.noteEnd, notes.to);
  for (const q of queues) {
    for (const at of Object.values(LANE)) set(q.variables + at, 0);
    toPlace(q);
    set(q.variables + LANE.at, q.from);
    set(q.variables + LANE.end, q.sends ? q.from : q.from + q.bytes);
    set(q.variables + LANE.first, -1);
    set(q.variables + LANE.final, -1);
    storage.bytes[q.own] = 0;
  }
  touched();

  const lastsOf = (q: Queue, at: number): number => (at >>> q.shift) + get(q.variables + LANE.lasts);

  const queue = (name: string, sends?: boolean): Queue => {
    const q = queues.find(({ stream }) => stream.name === name);
    if (q === undefined) throw new Error(`no stream '${name}' is played`);
    if (sends !== undefined && q.sends !== sends)
      throw new Error(`the circuit does not ${sends ? 'receive' : 'send'} '${name}'`);
    return q;
  };

  /** Makes room for `bytes` more behind what waits. */
  const makeRoom = (q: Queue, bytes: number): void => {
    const [at, end] = [get(q.variables + LANE.at), get(q.variables + LANE.end)];
    if (end + bytes <= q.from + q.bytes) return;
    const lasts = lastsOf(q, at);
    if (end - at + bytes > q.bytes) {
      q.bytes = 2 ** Math.ceil(Math.log2(2 * (end - at + bytes)));
      q.from = allocator.take(placeOf(q.bytes, q.shift));
      growMemory(ground);
    }
    toPlace(q);
    const to = q.from;
    storage.bytes.copyWithin(to, at, end);
    storage.bytes.copyWithin(lastsOf(q, to), lasts, lasts + ((end - at) >>> q.shift));
    set(q.variables + LANE.at, to);
    set(q.variables + LANE.end, to + end - at);
  };

  return {
    get cycles() {
      return get(variables + PLAYER.cycles);
    },
    send(name, words, last) {
      const q = queue(name, true);
      const beats = words.length / q.words;
      makeRoom(q, beats << q.shift);
      const at = get(q.variables + LANE.end);
      const { bytes } = storage;
      if (q.slow === undefined) bytes.set(new Uint8Array(words.buffer, words.byteOffset, 4 * beats * q.words), at);
      else
        for (let n = 0; n < beats; n++) {
          q.slow.port.write(words, n * q.words);
          bytes.copyWithin(at + (n << q.shift), q.slow.staging, q.slow.staging + q.data.bytes);
        }
      const lasts = lastsOf(q, at);
      bytes.fill(0, lasts, lasts + beats);
      if (last && beats > 0) bytes[lasts + beats - 1] = 1;
      set(q.variables + LANE.end, at + (beats << q.shift));
    },
    waiting(name) {
      const q = queue(name, true);
      return (get(q.variables + LANE.end) - get(q.variables + LANE.at)) >>> q.shift;
    },
    take(name) {
      const q = queue(name, false);
      const end = get(q.variables + LANE.at);
      const all: Received[] = [];
      const lasts = lastsOf(q, q.from);
      const count = (end - q.from) >>> q.shift;
      const flags = storage.bytes.subarray(lasts, lasts + (q.last === undefined ? 0 : count));
      for (let at = 0; at < count;) {
        const found = flags.indexOf(1, at);
        const to = found < 0 ? count : found + 1;
        all.push({ words: wordsAt(q, at, to), last: found >= 0 });
        at = to;
      }
      set(q.variables + LANE.at, q.from);
      return all;
    },
    transfers(name) {
      const { variables: at } = queue(name);
      return { beats: get(at + LANE.beats), first: get(at + LANE.first), last: get(at + LANE.final) };
    },
    changes() {
      const all = new Int32Array(storage.bytes.slice(notes.from, get(variables + PLAYER.noteAt)).buffer);
      set(variables + PLAYER.noteAt, notes.from);
      return all;
    },
    play(cycles) {
      for (const q of queues)
        if (!q.sends && get(q.variables + LANE.at) === get(q.variables + LANE.end))
          throw new Error(`results of '${q.stream.name}' are not taken`);
      if (get(variables + PLAYER.noteAt) === get(variables + PLAYER.noteEnd)) throw new Error('changes are not taken');
      run(cycles);
      touched();
    },
  };

  /** Of the beats from place `first` to `end`. */
  function wordsAt(q: Queue, first: number, end: number): Uint32Array {
    const [from, to] = [q.from + (first << q.shift), q.from + (end << q.shift)];
    const { bytes } = storage;
    if (q.slow === undefined) return new Uint32Array(bytes.slice(from, to).buffer);
    const out = new Uint32Array((end - first) * q.words);
    for (let at = from, n = 0; at < to; at += 1 << q.shift, n += q.words) {
      bytes.copyWithin(q.slow.staging, at, at + q.data.bytes);
      q.slow.port.read(out, n);
    }
    return out;
  }
}

const notNumber = (circuit: ElaboratedCircuit, name: string): HeddleError =>
  new HeddleError({
    code: 'H1109',
    message: `${circuit.top}: the output '${name}' is a vector, so its changes cannot be noted`,
    places: [],
  });
