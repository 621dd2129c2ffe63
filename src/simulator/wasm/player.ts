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
  from: number;
  bytes: number;
}

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
    const lastAt = Math.ceil(bytes / 8) * 8;
    const stride = lastAt + 8;
    const dense = data.width === 8 * size && bytes % 4 === 0;
    const capacity = stride * Math.max(4, Math.floor(QUEUE_BYTES / stride));
    const staging = dense ? 0 : allocator.take(bytes);
    const fake = { ...layout, slots: [...layout.slots] };
    fake.slots[data.id] = { address: staging, stride: size };
    return {
      ...{ sends, own: addressOf(own), other: addressOf(other), data: { address: addressOf(data), bytes } },
      ...{ last: tlast === undefined ? undefined : addressOf(tlast), lastAt, stride, stream },
      pauseBelow: pauseBelow(options.stalls?.[name]),
      variables: allocator.take(LANE_BYTES),
      words: wordsOf(stream),
      slow: dense ? undefined : { staging, port: portWords(storage, fake, data) },
      ...{ from: allocator.take(capacity), bytes: capacity },
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
  set(variables + PLAYER.cycles, 0);
  set(variables + PLAYER.draw, seed ?? DEFAULT_SEED);
  set(variables + PLAYER.noteAt, notes.from);
  set(variables + PLAYER.noteEnd, notes.to);
  for (const q of queues) {
    for (const at of Object.values(LANE)) set(q.variables + at, 0);
    set(q.variables + LANE.at, q.from);
    set(q.variables + LANE.end, q.sends ? q.from : q.from + q.bytes);
    set(q.variables + LANE.first, -1);
    set(q.variables + LANE.final, -1);
    storage.bytes[q.own] = 0;
  }
  touched();

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
    let to = q.from;
    if (end - at + bytes > q.bytes) {
      q.bytes = Math.ceil((2 * (end - at + bytes)) / q.stride) * q.stride;
      q.from = to = allocator.take(q.bytes);
      growMemory(ground);
    }
    storage.bytes.copyWithin(to, at, end);
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
      makeRoom(q, beats * q.stride);
      let at = get(q.variables + LANE.end);
      const { bytes, view } = storage;
      for (let n = 0; n < beats; n++, at += q.stride) {
        if (q.slow === undefined)
          for (let k = 0; k < q.words; k++) view.setUint32(at + 4 * k, words[n * q.words + k] ?? 0, true);
        else {
          q.slow.port.write(words, n * q.words);
          bytes.copyWithin(at, q.slow.staging, q.slow.staging + q.data.bytes);
        }
        bytes[at + q.lastAt] = last && n === beats - 1 ? 1 : 0;
      }
      set(q.variables + LANE.end, at);
    },
    waiting(name) {
      const q = queue(name, true);
      return (get(q.variables + LANE.end) - get(q.variables + LANE.at)) / q.stride;
    },
    take(name) {
      const q = queue(name, false);
      const end = get(q.variables + LANE.at);
      const all: Received[] = [];
      for (let at = q.from; at < end;) {
        let to = at;
        while (to < end && (q.last === undefined || storage.bytes[to + q.lastAt] === 0)) to += q.stride;
        const last = to < end;
        if (last) to += q.stride;
        all.push({ words: wordsAt(q, at, to), last });
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

  function wordsAt(q: Queue, from: number, to: number): Uint32Array {
    const out = new Uint32Array(((to - from) / q.stride) * q.words);
    const { bytes, view } = storage;
    for (let at = from, n = 0; at < to; at += q.stride, n += q.words) {
      if (q.slow === undefined) for (let k = 0; k < q.words; k++) out[n + k] = view.getUint32(at + 4 * k, true);
      else {
        bytes.copyWithin(q.slow.staging, at, at + q.data.bytes);
        q.slow.port.read(out, n);
      }
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
