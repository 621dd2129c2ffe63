/**
 * What weights add to the top of an accelerator: an AXI4-Lite port with a decoder in front of the stores of the programmable
 * layers, and a stream port with its check for each layer whose weights come from outside.
 */
import {
  AxiLiteSubordinate,
  accessRequest,
  accessResponse,
  axiLitePorts,
  makeAccessDecoder,
} from '../../blocks/axi/index.js';
import {
  type AnySig,
  bool,
  type Builder,
  bundle,
  nat,
  output,
  type Ports,
  type Sig,
  sink,
  source,
  type Bool,
  type Stream,
  type UInt,
  uint,
} from '../../hdl/index.js';
import type { Chain, ChainNode } from '../chain.js';
import { addressMap, storeBits, storeNodes } from './address-map.js';
import { TlastCheck } from './tlast-check.js';

export const framedBeat = (bits: number) => bundle({ tdata: uint(bits), tlast: bool() });

type AnyPort = Ports<'main'>[string];

export interface Access {
  readonly s_req: Stream<ReturnType<typeof accessRequest>>;
  readonly m_rsp: Stream<ReturnType<typeof accessResponse>>;
}

export interface WeightSide {
  readonly ports: Ports<'main'>;
  /** Builds it; `io` has the signals of all ports of the top. */
  connect(
    b: Builder,
    io: object,
  ): {
    /** Streams of the weight ports, by name. */
    readonly streams: readonly (readonly [string, Stream<UInt>])[];
    /** Access port of a node with a store. */
    readonly accessOf: (node: ChainNode) => Access;
  };
}

/** How the stores are reached: over AXI4-Lite, or over the access port `s_req`, `m_rsp` that stands behind it. */
export type StoreBus = 'axi' | 'access';

const accessPorts = (addressBits: number) => ({
  s_req: sink(accessRequest(nat(addressBits - 2)), 'reads and writes of the stores; addresses count words'),
  m_rsp: source(accessResponse()),
});

export function weightSide(chain: Chain, bus: StoreBus = 'axi'): WeightSide {
  const map = addressMap(chain);
  const external = chain.weightPorts ?? [];
  const busPorts = bus === 'axi' ? (bits: number) => axiLitePorts(nat(bits)) : accessPorts;
  const ports: Ports<'main'> = {
    ...(map === undefined ? {} : busPorts(map.addressBits)),
    ...Object.fromEntries(
      external.flatMap(({ stream, stage, bits, beats }): [string, AnyPort][] => [
        [
          stream,
          sink(framedBeat(bits), `weights of ${stage}: ${beats.length} beats again and again, tlast on the last`),
        ],
        [`${stream}_error`, output(bool(), 'tlast was not where it should be')],
      ]),
    ),
  };
  return {
    ports,
    connect(b, io) {
      const signals = io as Readonly<Record<string, AnySig | Stream<ReturnType<typeof framedBeat>>>>;
      const streams = external.map(({ stream, bits, beats }): readonly [string, Stream<UInt>] => {
        const to = b.stream(`${stream}_words`, uint(bits));
        const from = signals[stream] as Stream<ReturnType<typeof framedBeat>>;
        const error = signals[`${stream}_error`] as Sig<Bool>;
        b.instance(
          `${stream}_check`,
          TlastCheck,
          { W: bits, FRAME: beats.length },
          { s_axis: from, m_axis: to, error },
        );
        return [stream, to];
      });
      return { streams, accessOf: connectStores(b, chain, signals, bus) };
    },
  };
}

/** The bus, a decoder, and an access port for each store. */
function connectStores(b: Builder, chain: Chain, signals: Readonly<Record<string, unknown>>, kind: StoreBus) {
  const map = addressMap(chain);
  const nodes = storeNodes(chain);
  const accesses = new Map<ChainNode, Access>();
  const accessOf = (node: ChainNode): Access => accesses.get(node)!;
  if (map === undefined) return accessOf;
  b.comment(`the ${kind === 'axi' ? 'AXI4-Lite' : 'access'} port; each programmable layer has a window`);
  const WINDOW_W = Math.log2(map.window) - 2;
  const bus = kind === 'axi' ? connectBus(b, map.addressBits, signals) : (signals as unknown as Access);
  const targets = nodes.map((node): Access => {
    const access = {
      s_req: b.stream(`${node.stage}_req`, accessRequest(nat(storeBits(node)))),
      m_rsp: b.stream(`${node.stage}_rsp`, accessResponse()),
    };
    accesses.set(node, access);
    return access;
  });
  const widths = Object.fromEntries(nodes.map((node, k) => [`A${k}_W`, storeBits(node)]));
  const windows = Object.fromEntries(
    targets.flatMap(({ s_req, m_rsp }, k): [string, Access[keyof Access]][] => [
      [`m${k}_req`, s_req],
      [`s${k}_rsp`, m_rsp],
    ]),
  );
  const decoderPorts = { s_req: bus.s_req, m_rsp: bus.m_rsp, ...windows };
  b.instance('decoder', makeAccessDecoder(nodes.length), { WINDOW_W, ...widths }, decoderPorts);
  return accessOf;
}

/** The AXI4-Lite subordinate in front of the decoder. */
function connectBus(b: Builder, addressBits: number, signals: Readonly<Record<string, unknown>>): Access {
  const bus: Access = {
    s_req: b.stream('bus_req', accessRequest(nat(addressBits - 2))),
    m_rsp: b.stream('bus_rsp', accessResponse()),
  };
  const axi = Object.fromEntries(Object.keys(axiLitePorts(nat(3))).map((port) => [port, signals[port]]));
  const busPorts = { ...axi, m_req: bus.s_req, s_rsp: bus.m_rsp };
  b.instance('bus', AxiLiteSubordinate, { ADDR_W: addressBits, OUTSTANDING: 2 }, busPorts as never);
  return bus;
}

/** Lines of the header of the top. */
export function weightDoc(chain: Chain, bus: StoreBus = 'axi'): string {
  const map = addressMap(chain);
  const layers = (map?.layers ?? []).map(({ stage, base }) => `${stage} at 0x${base.toString(16)}`).join(', ');
  const access =
    map === undefined ? '' : `\n${bus === 'axi' ? 's_axi' : 's_req'}: weights of ${layers}; see address_map.json.`;
  const external = (chain.weightPorts ?? []).map(({ stage, stream }) => `\n${stream}: weights of ${stage}.`).join('');
  return access + external;
}
