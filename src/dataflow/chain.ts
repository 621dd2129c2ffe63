/**
 * A planned pipeline: the modules of one accelerator with their parameters and memory contents, and the streams between them.
 *
 * Most chains are a line; branches of a network make it a graph without cycles. Every stream is given by one node (or the
 * input port) and read by one node (or the output port). `chain-streams.ts` has what follows from that.
 *
 * The chain is plain data. The generator makes a top of it, the composed cycle model and the timing prediction are built
 * from it too; none of the three looks at the others.
 */
import type { Image } from '../circuit/index.js';
import type { Addition } from './stages/add.js';
import type { Arithmetic } from './stages/arithmetic.js';
import type { PatchWindowSizes } from './stages/patch-window.model.js';
import type { BorderScaleSizes } from './stages/border-scale.model.js';
import type { PoolKind } from './stages/pool-lanes.js';
import type { PoolGlobalSizes, PoolSizes } from './stages/pool.model.js';
import type { RequantizeKind } from './stages/requantize.js';
import type { Styles } from './layer-styles.js';
import type { PatchOrder } from './stages/sliding-window.js';
import type { SlidingWindowSizes } from './stages/sliding-window.model.js';
import type { ProgrammableSizes } from './weights/matvec-programmable.js';

type Sizes<K extends string> = Readonly<Record<K, number>>;
type Images<K extends string> = Readonly<Record<K, Image>>;

/** One module instance; parameter names and meanings are those of the module's text. */
export type ChainModule =
  | { readonly kind: 'lane_truncate'; readonly params: Sizes<'N' | 'IN_W' | 'OUT_W'> }
  | {
      readonly kind: 'lane_extend';
      readonly signed: boolean | 'bipolar';
      readonly params: Sizes<'N' | 'IN_W' | 'OUT_W'>;
    }
  | {
      readonly kind: 'width_converter';
      readonly params: Sizes<'IN_W' | 'OUT_W' | 'UP' | 'DOWN' | 'FRAME_IN' | 'FRAME_OUT'>;
    }
  | { readonly kind: 'fifo'; readonly params: Sizes<'W' | 'DEPTH'> }
  | { readonly kind: 'register_slice'; readonly params: Sizes<'W'> }
  | {
      readonly kind: 'matvec';
      readonly arithmetic: Arithmetic;
      readonly params: Sizes<'MH' | 'MW' | 'PE' | 'SIMD' | 'X_W' | 'W_W' | 'ACC_W'> &
        Partial<Sizes<'GROUPS' | 'P_SHIFT'>>;
      readonly images: Images<'WEIGHTS'>;
    }
  | {
      readonly kind: 'depthwise';
      readonly arithmetic: Arithmetic;
      readonly params: Sizes<'PE' | 'FOLDS' | 'K' | 'X_W' | 'W_W' | 'ACC_W'> & Partial<Sizes<'P_SHIFT'>>;
      readonly images: Images<'WEIGHTS'>;
    }
  /** Reads activations and weight words. */
  | {
      readonly kind: 'matvec_stream';
      readonly arithmetic: Arithmetic;
      readonly params: Sizes<'MH' | 'MW' | 'PE' | 'SIMD' | 'X_W' | 'W_W' | 'ACC_W'> & Partial<Sizes<'P_SHIFT'>>;
    }
  /** A unit and the store that it addresses. */
  | {
      readonly kind: 'matvec_programmable';
      readonly arithmetic: Arithmetic;
      readonly params: ProgrammableSizes;
      readonly images: Images<'WEIGHTS'>;
    }
  /** Reads nothing. */
  | {
      readonly kind: 'weight_streamer';
      readonly params: Sizes<'W' | 'WORDS'>;
      /** How often a sample needs all words. */
      readonly turns: number;
      readonly images: Images<'WEIGHTS'>;
    }
  /** Reads the tokens of a `frame_token`. */
  | {
      readonly kind: 'weight_store_stream';
      readonly params: Sizes<'W' | 'WORDS' | 'FRAME'>;
      readonly images: Images<'WEIGHTS'>;
    }
  /** Gives its beats and tokens. */
  | { readonly kind: 'frame_token'; readonly params: Sizes<'W' | 'BEATS' | 'TOKENS'> }
  | {
      readonly kind: 'lookup';
      readonly params: Sizes<'PE' | 'ENTRIES' | 'OUT_W'>;
      readonly images: Images<'TABLE'>;
    }
  | {
      readonly kind: 'thresholds';
      readonly signed: boolean;
      readonly params: Sizes<'PE' | 'FOLDS' | 'LEVELS' | 'X_W' | 'OUT_W' | 'LOWEST'>;
      readonly images: Images<'THRESHOLDS'>;
    }
  | {
      readonly kind: 'requantize';
      readonly requantize: RequantizeKind;
      /** `M_W`, `E_MAX` or `LEFT`, and its memory, by the kind's `scale`. */
      readonly params: Sizes<'PE' | 'FOLDS' | 'X_W' | 'A_W' | 'T_W' | 'SHIFT' | 'OUT_W'> &
        Partial<Sizes<'M_W' | 'E_MAX' | 'LEFT'>>;
      readonly images: Images<'ADDENDS'> & Partial<Images<'MULTIPLIERS' | 'EXPONENTS'>>;
    }
  | {
      readonly kind: 'sliding_window';
      readonly order: PatchOrder;
      readonly params: SlidingWindowSizes;
    }
  | { readonly kind: 'patch_window'; readonly params: PatchWindowSizes }
  | { readonly kind: 'pool'; readonly pooling: PoolKind; readonly params: PoolSizes }
  | { readonly kind: 'pool_global'; readonly pooling: PoolKind; readonly params: PoolGlobalSizes }
  | {
      readonly kind: 'border_scale';
      readonly signed: boolean;
      readonly params: BorderScaleSizes;
      readonly images: Images<'ROW_FACTORS' | 'COLUMN_FACTORS'>;
    }
  | { readonly kind: 'upsample'; readonly params: Sizes<'W' | 'FOLDS' | 'COLUMNS' | 'FY' | 'FX'> }
  | { readonly kind: 'duplicate'; readonly params: Sizes<'W'> }
  | { readonly kind: 'add'; readonly addition: Addition; readonly params: Sizes<'PE' | 'X0_W' | 'X1_W' | 'OUT_W'> }
  | { readonly kind: 'concat'; readonly params: Sizes<'W' | 'FOLDS0' | 'FOLDS1'> }
  | { readonly kind: 'argmax'; readonly signed: boolean; readonly params: Sizes<'N' | 'PE' | 'X_W' | 'OUT_W'> };

export type ChainNode = ChainModule & {
  /** Instance name, unique in the chain. */
  readonly name: string;
  /** Stage of the network it serves; `input` and `output` for the ports. */
  readonly stage: string;
  /** What it asks of synthesis. */
  readonly styles?: Styles;
  /** Streams it reads, by input port: `s_axis`, or `s0_axis`, `s1_axis`, ... where there are several. */
  readonly inputs: readonly string[];
  /** Streams it gives, by output port: `m_axis`, or `m0_axis`, `m1_axis`, ... Names are unique in the chain. */
  readonly outputs: readonly string[];
};

/** A stream port of the accelerator: lanes of whole bytes. */
export interface PortPlan {
  /** Width of tdata, a multiple of 8. */
  readonly bits: number;
  readonly lanes: number;
  readonly laneBits: number;
  /** Elements of one sample. */
  readonly elements: number;
  /** Beats of one sample: ceil(elements / lanes). */
  readonly beats: number;
}

/** A port through which the weights of a layer stream in, again and again, with tlast at the end of each time. */
export interface WeightPort {
  /** Name of the port and of the stream that it gives. */
  readonly stream: string;
  readonly stage: string;
  /** Width of tdata. */
  readonly bits: number;
  /** All words once: their beats, the first in line first. */
  readonly beats: readonly bigint[];
  /** How often a sample needs them. */
  readonly turns: number;
}

export interface Chain {
  readonly name: string;
  /** Gives the stream `s_axis`. */
  readonly input: PortPlan;
  readonly weightPorts?: readonly WeightPort[];
  /** Every node stands behind those that it reads. */
  readonly nodes: readonly ChainNode[];
  /** Reads the one stream that no node reads; its beats leave with tlast on the last beat of a sample. */
  readonly output: PortPlan;
}

export type MatvecNode = Extract<ChainNode, { readonly kind: 'matvec' | 'matvec_stream' | 'matvec_programmable' }>;

/** A matrix-vector unit, wherever its weights are. */
export const isMatvec = (node: ChainNode): node is MatvecNode =>
  node.kind === 'matvec' || node.kind === 'matvec_stream' || node.kind === 'matvec_programmable';
