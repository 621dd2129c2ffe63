/** `dma.json`: what firmware moves for a frame, transfer by transfer. */
import type { DramPiece } from '../../engine/dram.js';
import { trafficOf, type EngineProgram } from '../../engine/program.js';
import { programLists } from './engine-firmware.js';

/** A transfer as [address, bytes]. */
type Transfer = readonly [address: number, bytes: number];
const transfer = ({ address, bytes }: DramPiece): Transfer => [address, bytes];

export interface DmaFile {
  readonly schema: 1;
  readonly about: string;
  /** Bytes of memory from address 0 on. */
  readonly bytes: number;
  /** One linear transfer: all packets with their headers; tlast comes with the last beat of each packet. */
  readonly s_axis_w: { readonly transfer: Transfer; readonly packets: readonly number[] };
  /** A packet is two transfers; `after`: results packets that must have arrived before it starts. */
  readonly s_axis_x: readonly { readonly after: number; readonly transfers: readonly Transfer[] }[];
  /** A packet is one transfer per weight tile. */
  readonly m_axis_y: readonly { readonly layer: string; readonly transfers: readonly Transfer[] }[];
  /**
   * `dram/lists.bin`: the same transfers as entries of four words behind the tensors, and where the list of each port
   * begins (0: it has none). Absent where a transfer waits for more results than an entry can count.
   */
  readonly lists?: Readonly<Record<'address' | 'bytes' | 's_axis_w' | 's_axis_x' | 'm_axis_y', number>>;
  readonly traffic: ReturnType<typeof trafficOf>;
  readonly tensors: readonly {
    readonly name: string;
    readonly address: number;
    readonly bytes: number;
    readonly rows: number;
    readonly width: number;
    readonly channels: number;
    readonly phases: number;
    readonly unsigned: boolean;
    readonly slabs: readonly {
      readonly channel: number;
      readonly channels: number;
      readonly address: number;
      readonly row_bytes: number;
    }[];
  }[];
}

/** Addresses count from 0; firmware adds where its buffer lies. */
export function dmaFile(program: EngineProgram): DmaFile {
  const { weights, passes, loads, tensors, regions } = program;
  const lists = programLists(program);
  return {
    schema: 1,
    about: 'transfers of one frame; addresses from the begin of one buffer; layout: docs/engine.md, Layout in DRAM',
    bytes: tensors.address + tensors.bytes,
    s_axis_w: { transfer: transfer(weights), packets: passes.map((pass) => pass.weights.bytes) },
    s_axis_x: loads.map(({ after, head, rows }) => ({ after, transfers: [transfer(head), transfer(rows)] })),
    m_axis_y: passes
      .filter(({ results }) => results.length > 0)
      .map(({ layer, results }) => ({ layer: layer.layer.name, transfers: results.map(transfer) })),
    ...(lists === undefined
      ? {}
      : {
          lists: {
            ...{ address: lists.offset, bytes: 4 * lists.words.length },
            ...{ s_axis_w: lists.w, s_axis_x: lists.x, m_axis_y: lists.y },
          },
        }),
    traffic: trafficOf(program),
    tensors: [...regions.values()].map(({ tensor, address, bytes, size, phases, unsigned, slabs }) => ({
      ...{
        name: tensor,
        address,
        bytes,
        rows: size.height,
        width: size.width,
        channels: size.channels,
        phases,
        unsigned,
      },
      slabs: slabs.map((slab) => ({
        ...{ channel: slab.channel0, channels: slab.channels, address: slab.address, row_bytes: slab.rowBytes },
      })),
    })),
  };
}
