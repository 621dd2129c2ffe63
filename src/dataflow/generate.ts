/** The hardware of a chain: a top module that instantiates its nodes over named streams, with their parameters as literals. */
import type { Design, Image } from '../circuit/index.js';
import { RegisterSlice, Fifo, WidthConverter } from '../blocks/stream/index.js';
import {
  buildDesign,
  type Builder,
  defineModule,
  type ModuleTemplate,
  open,
  type ParamSpecs,
  sink,
  type Ports,
  source,
  type Stream,
  type UInt,
  uint,
} from '../hdl/index.js';
import type { Chain, ChainNode } from './chain.js';
import { inputPorts, inputStream, outputWidth, portNames, resultStream } from './chain-streams.js';
import { Add } from './stages/add.js';
import { Argmax } from './stages/argmax.js';
import { Concat } from './stages/concat.js';
import { Depthwise } from './stages/depthwise.js';
import { Duplicate } from './stages/duplicate.js';
import { Frame } from './stages/frame.js';
import { LaneExtend, LaneTruncate } from './stages/lane-resize.js';
import { Lookup } from './stages/lookup.js';
import { Matvec, MatvecStream } from './stages/matvec.js';
import { PatchWindow } from './stages/patch-window.js';
import { Pool } from './stages/pool.js';
import { PoolGlobal } from './stages/pool-global.js';
import { poolName } from './stages/pool-lanes.js';
import { makeRequantize, type RequantizeKind, requantizeName } from './stages/requantize.js';
import { SlidingWindow } from './stages/sliding-window.js';
import { Thresholds } from './stages/thresholds.js';
import { BorderScale } from './stages/border-scale.js';
import { styledDesign } from './styles.js';
import { Upsample } from './stages/upsample.js';
import { FrameToken } from './weights/frame-token.js';
import { programmableMatvec } from './weights/matvec-programmable.js';
import { framedBeat, type StoreBus, weightDoc, weightSide } from './weights/top-side.js';
import { WeightStoreStream } from './weights/weight-store-stream.js';
import { WeightStreamer } from './weights/weight-streamer.js';

/** Ports of the modules of a chain: streams of packed beats, named as {@link portNames} says. */
type StreamModule = ModuleTemplate<ParamSpecs, Ports<'main'>>;

export function generateChain(chain: Chain): Design {
  return styledDesign(buildDesign(chainModule(chain)), chain);
}

/** The top of a chain as a module, for whoever puts something around it; `bus` is how stores of weights are reached. */
export function chainModule(chain: Chain, bus: StoreBus = 'axi') {
  const requantizers = new Map<string, StreamModule>();
  const requantizer = (kind: RequantizeKind): StreamModule => {
    const name = requantizeName(kind);
    const known = requantizers.get(name) ?? makeRequantize(kind);
    requantizers.set(name, known);
    return known;
  };
  const templateOf = (node: Exclude<ChainNode, { readonly kind: 'matvec_programmable' }>): StreamModule => {
    switch (node.kind) {
      case 'lane_truncate':
        return LaneTruncate;
      case 'lane_extend':
        return LaneExtend[node.signed === 'bipolar' ? 'bipolar' : node.signed ? 'signed' : 'unsigned'];
      case 'width_converter':
        return WidthConverter;
      case 'fifo':
        return Fifo;
      case 'register_slice':
        return RegisterSlice;
      case 'matvec_stream':
        return MatvecStream[node.arithmetic];
      case 'weight_streamer':
        return WeightStreamer;
      case 'weight_store_stream':
        return WeightStoreStream;
      case 'frame_token':
        return FrameToken;
      case 'matvec':
        return Matvec[node.arithmetic];
      case 'depthwise':
        return Depthwise[node.arithmetic];
      case 'lookup':
        return Lookup;
      case 'thresholds':
        return Thresholds[node.signed ? 'signed' : 'unsigned'];
      case 'requantize':
        return requantizer(node.requantize);
      case 'sliding_window':
        return SlidingWindow[node.order];
      case 'patch_window':
        return PatchWindow;
      case 'pool':
        return Pool[poolName(node.pooling)]!;
      case 'pool_global':
        return PoolGlobal[poolName(node.pooling)]!;
      case 'border_scale':
        return BorderScale[node.signed ? 'signed' : 'unsigned'];
      case 'upsample':
        return Upsample;
      case 'duplicate':
        return Duplicate;
      case 'add':
        return Add[node.addition];
      case 'concat':
        return Concat;
      case 'argmax':
        return Argmax[node.signed ? 'signed' : 'unsigned'];
    }
  };
  const weights = weightSide(chain, bus);
  return defineModule({
    name: chain.name,
    doc: topDoc(chain, bus),
    params: {},
    ports: () => ({
      s_axis: sink(framedBeat(chain.input.bits), 'samples; tlast is not needed, samples are counted'),
      m_axis: source(framedBeat(chain.output.bits), 'results, tlast on the last beat of each sample'),
      ...weights.ports,
    }),
    body(b: Builder, io) {
      const { s_axis: s, m_axis: m } = io;
      const { valid, ready, fire, name } = s;
      const input: Stream<UInt> = { payload: uint(chain.input.bits), name, valid, ready, fire, data: s.data.tdata };
      b.unused('last', s.data.tlast);
      const { streams: weightStreams, accessOf } = weights.connect(b, io);
      const streams = new Map([[inputStream, input], ...weightStreams]);
      for (const node of chain.nodes) {
        const images: Readonly<Record<string, Image>> = 'images' in node ? node.images : {};
        node.outputs.forEach((stream, port) => streams.set(stream, b.stream(stream, uint(outputWidth(node, port)))));
        const connected = (ports: readonly string[], names: readonly string[]) =>
          ports.map((port, k) => [port, streams.get(names[k]!)!] as const);
        const outputs = connected(portNames('m', node.outputs.length), node.outputs);
        if (node.kind === 'matvec_programmable') {
          const [s_axis, m_axis] = [streams.get(node.inputs[0]!)!, streams.get(node.outputs[0]!)!];
          const { name, arithmetic, params } = node;
          programmableMatvec(b, name, arithmetic, params, node.images.WEIGHTS, { s_axis, m_axis, ...accessOf(node) });
          continue;
        }
        const ports = Object.fromEntries([...connected(inputPorts(node), node.inputs), ...outputs]);
        const extra =
          node.kind === 'fifo' ? { level: open } : node.kind === 'weight_store_stream' ? accessOf(node) : {};
        b.instance(node.name, templateOf(node), { ...node.params, ...images }, { ...ports, ...extra });
      }
      const result = streams.get(resultStream(chain))!;
      b.instance('frame', Frame, { W: chain.output.bits, FRAME: chain.output.beats }, { s_axis: result, m_axis: m });
    },
  });
}

function topDoc(chain: Chain, bus: StoreBus): string {
  const { input, output } = chain;
  const port = (p: typeof input) => `${p.elements} elements in ${p.beats} beats of ${p.lanes} x ${p.laneBits} bits`;
  return `one stage per layer of the network, streams between them

s_axis: a sample is ${port(input)}, element 0 in the lowest bits.
m_axis: a result is ${port(output)}; tlast marks its last beat.
The input slice and the output slice cut all paths from and to the ports.${weightDoc(chain, bus)}`;
}
