/** What stands between the core of a `dataflow` top and its ports: streams, memory, weights. */
import type { accessRequest, accessResponse } from '../blocks/axi/access-port.js';
import { packedBeat } from '../blocks/axi/axi-read-master.js';
import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { AxiReadMaster } from '../blocks/axi/index.js';
import type { Chain } from '../dataflow/chain.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import { framedBeat } from '../dataflow/weights/top-side.js';
import { EngineInputGuard, EngineResultGuard } from '../engine/rtl/guards.js';
import {
  type AnySig,
  type Bool,
  bool,
  type Builder,
  nat,
  type Sig,
  type Stream,
  type UInt,
  uint,
} from '../hdl/index.js';
import { FrameCommands } from './frame-commands.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import { WeightCast } from './weight-cast.js';
import { WeightLoader } from './weight-loader.js';

/** Bits of a byte address of the AXI masters. */
export const ADDRESS_BITS = 40;
/** Bits of the bytes of a transfer. */
export const LENGTH_BITS = 32;
/** Of a master: bursts of 16 beats, 8 of them under way, a buffer of 64 beats. */
const MASTER = { ADDR_W: ADDRESS_BITS, LEN_W: LENGTH_BITS, BURST: 16, OUTSTANDING: 8, DEPTH: 64 };

/** Bytes of a beat in memory for a stream of `bits`: the next power of two, 4 to 32. */
export function masterBytes(bits: number): number {
  let bytes = 4;
  while (bytes < 32 && 8 * bytes < bits) bytes *= 2;
  return bytes;
}

/** Bytes of a sample and of a result in memory: all their beats. */
export const frameBytes = ({ bits, beats }: { readonly bits: number; readonly beats: number }): number =>
  (bits / 8) * beats;

/** Levels and pulses between the parts of a top. */
export const sideFlags = [
  ...(['start', 'open', 'quit', 'flush', 'begins', 'midway', 'last', 'hold', 'pending'] as const),
  ...(['completes', 'busy', 'resultsOpen', 'inputWaits'] as const),
] as const;

export interface Sides {
  readonly b: Builder;
  readonly c: Readonly<Record<(typeof sideFlags)[number], Sig<Bool>>> & {
    readonly entered: Sig<UInt>;
    readonly frames: Sig<UInt>;
  };
  /** Signals of the ports of the top. */
  readonly all: Readonly<Record<string, AnySig & Stream<ReturnType<typeof framedBeat>>>>;
  readonly prefixed: (from: string, to: string) => Record<string, unknown>;
  /** What the control gets beside the common signals. */
  readonly control: Record<string, AnySig>;
}
export type Framed = Stream<ReturnType<typeof framedBeat>>;

/** Samples and results as streams: a packet that was cut off is ended, what comes while a reset is held is dropped. */
export function connectStreams({ b, c, all }: Sides, samples: Stream<UInt>, kept: Framed, chain: Chain): void {
  const arriving = b.stream('arriving', framedBeat(chain.input.bits));
  const guard = b.instance(
    'input_guard',
    EngineInputGuard,
    { W: chain.input.bits },
    {
      ...{ s_axis: all['s_axis']!, m_axis: arriving, pass: c.quit.not(), flush: c.flush },
      ...{ restart: b.constant(bool(), 0), limit: b.constant(uint(16), 0) },
    },
  );
  b.unused('dropping', guard.dropping);
  b.assign(samples.valid, arriving.valid);
  b.assign(arriving.ready, samples.ready);
  b.assign(samples.data, arriving.data.tdata);
  b.unused('last', arriving.data.tlast);
  const m = all['m_axis']!;
  const y = b.instance(
    'result_guard',
    EngineResultGuard,
    { W: chain.output.bits },
    { s_axis: kept, m_axis: m, close: c.quit },
  );
  b.assign(c.resultsOpen, y.midway);
  b.assign(c.completes, m.fire.and(m.data.tlast));
  b.assign(c.busy, 0);
  b.unused('start', c.start);
  b.unused('frames', c.frames);
}

export interface MemoryPaths {
  readonly samples: Stream<UInt>;
  readonly kept: Framed;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly chain: Chain;
}

/** What a third master shares with the two of samples and results. */
export interface MemoryWires {
  readonly readCache: Sig<UInt>;
  readonly prot: Sig<UInt>;
  readonly weightsBusy: Sig<Bool>;
}

export interface StoreAccess {
  readonly s_req: Stream<ReturnType<typeof accessRequest>>;
  readonly m_rsp: Stream<ReturnType<typeof accessResponse>>;
}

/** Commands for the frames of a start. */
function commandsOf(
  { b, c }: Sides,
  name: string,
  bytes: number,
  address: Sig<UInt>,
  start: Sig<Bool>,
  frames: Sig<UInt>,
) {
  const commands = b.stream(`${name}_commands`, byteCommand(nat(ADDRESS_BITS), nat(LENGTH_BITS)));
  b.instance(
    `${name}_commands`,
    FrameCommands,
    { ADDR_W: ADDRESS_BITS, LEN_W: LENGTH_BITS, BYTES: bytes },
    { start, clear: c.quit, address: address.bits(0, ADDRESS_BITS), frames, m_cmd: commands },
  );
  return commands;
}

/** Samples and results in memory. */
export function connectMemory(sides: Sides, p: MemoryPaths, programmable: boolean): MemoryWires {
  const { b, c, prefixed, control } = sides;
  const m = b.wires({
    ...{ inputAddress: uint(64), outputAddress: uint(64), readCache: uint(4), writeCache: uint(4), prot: uint(3) },
    ...{ inputError: uint(2), inputErrorAddr: uint(ADDRESS_BITS), inputBusy: bool() },
    ...{ resultsError: uint(2), resultsErrorAddr: uint(ADDRESS_BITS), resultsBusy: bool() },
    ...{ weightsBusy: bool() },
  });
  for (const address of [m.inputAddress, m.outputAddress])
    b.unused(`${address.label}_top`, address.bits(ADDRESS_BITS, 64 - ADDRESS_BITS));
  const reads = commandsOf(sides, 'input', frameBytes(p.chain.input), m.inputAddress, c.start, c.frames);
  const Reader = p.readBytes === p.inBytes ? FrameReader.same : FrameReader.geared;
  b.instance(
    'reader',
    Reader,
    { ...MASTER, BYTES: p.readBytes, ...(Reader === FrameReader.geared ? { OUT: p.inBytes } : {}) },
    {
      ...prefixed('m_axi_ifm', 'm_axi'),
      ...{ flush: c.quit, cache: m.readCache, prot: m.prot, s_cmd: reads, m_axis: p.samples, last: c.last },
      ...{ busy: m.inputBusy, error: m.inputError, error_addr: m.inputErrorAddr },
    } as never,
  );
  const writes = commandsOf(sides, 'output', frameBytes(p.chain.output), m.outputAddress, c.start, c.frames);
  const Writer = p.writeBytes === p.outBytes ? FrameWriter.same : FrameWriter.geared;
  b.instance(
    'writer',
    Writer,
    { ...MASTER, BYTES: p.writeBytes, ...(Writer === FrameWriter.geared ? { IN: p.outBytes } : {}) },
    {
      ...prefixed('m_axi_ofm', 'm_axi'),
      ...{ flush: c.quit, cache: m.writeCache, prot: m.prot, s_cmd: writes, s_axis: p.kept, done: c.completes },
      ...{ busy: m.resultsBusy, error: m.resultsError, error_addr: m.resultsErrorAddr },
    } as never,
  );
  b.assign(c.resultsOpen, 0);
  b.assign(c.busy, m.inputBusy.or(m.resultsBusy).or(m.weightsBusy));
  b.unused('flush', c.flush);
  Object.assign(control, {
    ...{ input_error: m.inputError, input_error_addr: m.inputErrorAddr.extend(64) },
    ...{ results_error: m.resultsError, results_error_addr: m.resultsErrorAddr.extend(64) },
    ...{ input_address: m.inputAddress, output_address: m.outputAddress },
    ...{ read_cache: m.readCache, write_cache: m.writeCache, prot: m.prot },
  });
  if (!programmable) b.assign(m.weightsBusy, 0);
  return m;
}

/** Weight images from a port or from memory into the stores; float32 numbers are cast where `floats` says so. */
export function connectWeights(
  sides: Sides,
  chain: Chain,
  access: StoreAccess,
  memory: MemoryWires | undefined,
  floats: boolean,
): void {
  const { b, c, all } = sides;
  const map = addressMap(chain)!;
  const image = b.stream('image', framedBeat(32));
  const records = floats ? b.stream('records', framedBeat(32), 'without float32') : image;
  if (floats) b.instance('weight_cast', WeightCast, {}, { s_axis: image, m_axis: records, cancel: c.quit });
  if (memory !== undefined) readImage(sides, image, memory);
  else {
    const guard = b.instance(
      'weight_guard',
      EngineInputGuard,
      { W: 32 },
      {
        ...{ s_axis: all['s_axis_wgt']!, m_axis: image, pass: c.quit.not(), flush: c.flush },
        ...{ restart: b.constant(bool(), 0), limit: b.constant(uint(16), 0) },
      },
    );
    b.unused('weightsDropping', guard.dropping);
  }
  const loader = b.instance(
    'loader',
    WeightLoader,
    { LAYERS: map.layers.length, WINDOW_W: Math.log2(map.window) - 2 },
    {
      ...{ s_axis: records, m_req: access.s_req, s_rsp: access.m_rsp, boundary: c.midway.not(), frame: c.entered },
      ...{ cancel: c.quit, hold: c.hold, pending: c.pending },
    },
  );
  sides.control['image_failed'] = loader.failed;
  b.unused('finished', loader.finished);
}

/** A weight image from memory, when software asks for it. */
function readImage({ b, c, prefixed, control }: Sides, image: Framed, memory: MemoryWires): void {
  const w = b.wires({
    ...{ load: bool(), weightsAddress: uint(64), weightsBytes: uint(32) },
    ...{ weightsError: uint(2), weightsErrorAddr: uint(ADDRESS_BITS) },
  });
  b.unused('weightsAddressTop', w.weightsAddress.bits(ADDRESS_BITS, 64 - ADDRESS_BITS));
  const command = b.stream('weight_command', byteCommand(nat(ADDRESS_BITS), nat(LENGTH_BITS)));
  const asked = b.reg('asked', bool().reset(0).doc('the command for a weight image waits'));
  b.when(w.load, () => b.next(asked, 1)).elseWhen(command.ready.or(c.quit), () => b.next(asked, 0));
  b.assign(command.valid, asked);
  b.assign(command.data.addr, w.weightsAddress.bits(0, ADDRESS_BITS));
  b.assign(command.data.bytes, w.weightsBytes);
  b.assign(command.data.last, 1);
  const words = b.stream('words', packedBeat(nat(4)));
  b.instance('weight_reader', AxiReadMaster, { ...MASTER, BYTES: 4 }, {
    ...prefixed('m_axi_wgt', 'm_axi'),
    ...{ flush: c.quit, cache: memory.readCache, prot: memory.prot, s_cmd: command, m_axis: words },
    ...{ busy: memory.weightsBusy, error: w.weightsError, error_addr: w.weightsErrorAddr },
  } as never);
  b.assign(image.valid, words.valid);
  b.assign(words.ready, image.ready);
  b.assign(image.data.tdata, words.data.tdata);
  b.assign(image.data.tlast, words.data.tlast);
  b.unused('wordsKept', words.data.tkeep);
  Object.assign(control, {
    ...{ weights_error: w.weightsError, weights_error_addr: w.weightsErrorAddr.extend(64) },
    ...{ load: w.load, weights_address: w.weightsAddress, weights_bytes: w.weightsBytes },
  });
}
