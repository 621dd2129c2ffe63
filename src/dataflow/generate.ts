/** The hardware of a chain: a top module that instantiates its nodes over named streams, with their parameters as literals. */
import type { Design, Image } from '../circuit/index.js';
import { RegisterSlice, Fifo, WidthConverter } from '../blocks/stream/index.js';
import {
  bool,
  buildDesign,
  type Builder,
  bundle,
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
import { inputStream, outputWidth, portNames, resultStream } from './chain-streams.js';
import { Add } from './stages/add.js';
import { Argmax } from './stages/argmax.js';
import { Concat } from './stages/concat.js';
import { Duplicate } from './stages/duplicate.js';
import { Frame } from './stages/frame.js';
import { LaneExtend, LaneTruncate } from './stages/lane-resize.js';
import { Lookup } from './stages/lookup.js';
import { Matvec } from './stages/matvec.js';
import { Pool } from './stages/pool.js';
import { PoolGlobal } from './stages/pool-global.js';
import { poolName } from './stages/pool-lanes.js';
import { makeRequantize, type RequantizeKind, requantizeName } from './stages/requantize.js';
import { SlidingWindow } from './stages/sliding-window.js';
import { Thresholds } from './stages/thresholds.js';
import { Upsample } from './stages/upsample.js';

/** Ports of the modules of a chain: streams of packed beats, named as {@link portNames} says. */
type StreamModule = ModuleTemplate<ParamSpecs, Ports<'main'>>;

export function generateChain(chain: Chain): Design {
  const requantizers = new Map<string, StreamModule>();
  const requantizer = (kind: RequantizeKind): StreamModule => {
    const name = requantizeName(kind);
    const known = requantizers.get(name) ?? makeRequantize(kind);
    requantizers.set(name, known);
    return known;
  };
  const templateOf = (node: ChainNode): StreamModule => {
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
      case 'matvec':
        return Matvec[node.arithmetic];
      case 'lookup':
        return Lookup;
      case 'thresholds':
        return Thresholds[node.signed ? 'signed' : 'unsigned'];
      case 'requantize':
        return requantizer(node.requantize);
      case 'sliding_window':
        return SlidingWindow[node.order];
      case 'pool':
        return Pool[poolName(node.pooling)]!;
      case 'pool_global':
        return PoolGlobal[poolName(node.pooling)]!;
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
  const payload = (bits: number) => bundle({ tdata: uint(bits), tlast: bool() });
  const Top = defineModule({
    name: chain.name,
    doc: topDoc(chain),
    params: {},
    ports: () => ({
      s_axis: sink(payload(chain.input.bits), 'samples; tlast is not needed, samples are counted'),
      m_axis: source(payload(chain.output.bits), 'results, tlast on the last beat of each sample'),
    }),
    body(b: Builder, { s_axis: s, m_axis: m }) {
      const { valid, ready, fire, name } = s;
      const input: Stream<UInt> = { payload: uint(chain.input.bits), name, valid, ready, fire, data: s.data.tdata };
      const streams = new Map([[inputStream, input]]);
      b.unused('last', s.data.tlast);
      for (const node of chain.nodes) {
        const images: Readonly<Record<string, Image>> = 'images' in node ? node.images : {};
        for (const stream of node.outputs) streams.set(stream, b.stream(stream, uint(outputWidth(node))));
        const connected = (side: 's' | 'm', names: readonly string[]) =>
          portNames(side, names.length).map((port, k) => [port, streams.get(names[k]!)!] as const);
        const ports = Object.fromEntries([...connected('s', node.inputs), ...connected('m', node.outputs)]);
        const extra = node.kind === 'fifo' ? { level: open } : {};
        b.instance(node.name, templateOf(node), { ...node.params, ...images }, { ...ports, ...extra });
      }
      const result = streams.get(resultStream(chain))!;
      b.instance('frame', Frame, { W: chain.output.bits, FRAME: chain.output.beats }, { s_axis: result, m_axis: m });
    },
  });
  return buildDesign(Top);
}

function topDoc(chain: Chain): string {
  const { input, output } = chain;
  const port = (p: typeof input) => `${p.elements} elements in ${p.beats} beats of ${p.lanes} x ${p.laneBits} bits`;
  return `one stage per layer of the network, streams between them

s_axis: a sample is ${port(input)}, element 0 in the lowest bits.
m_axis: a result is ${port(output)}; tlast marks its last beat.
The input slice and the output slice cut all paths from and to the ports.`;
}
