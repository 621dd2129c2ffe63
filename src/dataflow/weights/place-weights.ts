/**
 * Where the weights of each layer are: a pass over a planned chain, whose matrix-vector units have them in a ROM.
 *
 * The arithmetic, the folding and the words of a layer stay as they are; only the way to the words changes.
 */
import type { Chain, ChainNode, WeightPort } from '../chain.js';
import { beatsPerSample } from '../chain-streams.js';

/**
 * `rom`: fixed, a memory in the unit. `stream`: fixed, a streamer beside the unit. `programmable`: written over AXI4-Lite, two
 * memories that the unit addresses. `programmable_stream`: the same as a stream. `external`: a stream from a port.
 */
export const weightModes = ['rom', 'stream', 'programmable', 'programmable_stream', 'external'] as const;
export type WeightMode = (typeof weightModes)[number];

type Matvec = Extract<ChainNode, { readonly kind: 'matvec' }>;

/** Bits of a beat of a weight port. */
const portBits = 64;

/** `chain` with the weights of the stages that `modes` names elsewhere. */
export function placeWeights(chain: Chain, modes: Readonly<Record<string, WeightMode>>): Chain {
  if (Object.values(modes).every((mode) => mode === 'rom')) return chain;
  const beats = beatsPerSample(chain);
  const nodes: ChainNode[] = [];
  const weightPorts: WeightPort[] = [];
  for (const node of chain.nodes) {
    const mode = node.kind === 'matvec' ? (modes[node.stage] ?? 'rom') : 'rom';
    if (node.kind !== 'matvec' || mode === 'rom') nodes.push(node);
    else if (mode === 'stream') nodes.push(...streamed(node, turnsOf(node, beats)));
    else if (mode === 'programmable') nodes.push(programmable(node, turnsOf(node, beats)));
    else if (mode === 'programmable_stream') programmableStream(nodes, node, beats);
    else {
      const { port, more } = external(node, turnsOf(node, beats));
      weightPorts.push(port);
      nodes.push(...more);
    }
  }
  return weightPorts.length === 0 ? { ...chain, nodes } : { ...chain, nodes, weightPorts };
}

/** How often a sample needs all words: turns of all groups. */
function turnsOf({ params, outputs }: Matvec, beats: ReadonlyMap<string, number>): number {
  return (beats.get(outputs[0] ?? '') ?? 0) / (params.MH / params.PE) / (params.GROUPS ?? 1);
}

const wordBits = ({ params: { PE, SIMD, W_W } }: Matvec): number => PE * SIMD * W_W;
const wordsOf = ({ images }: Matvec): number => images.WEIGHTS.words.length;

/** The unit with words from the stream `weights`; the order of words knows of groups, the unit need not. */
function unit(node: Matvec, weights: string): ChainNode {
  const { name, stage, arithmetic, outputs, inputs } = node;
  const { GROUPS: _, ...params } = node.params;
  return { kind: 'matvec_stream', name, stage, arithmetic, params, inputs: [...inputs, weights], outputs };
}

function streamed(node: Matvec, turns: number): ChainNode[] {
  const name = `${node.stage}_weights`;
  const { stage, images } = node;
  const params = { W: wordBits(node), WORDS: wordsOf(node) };
  const streamer = { kind: 'weight_streamer', name, stage, params, turns, images } as const;
  return [{ ...streamer, inputs: [], outputs: [name] }, unit(node, name)];
}

function programmable(
  { name, stage, arithmetic, params, images, inputs, outputs }: Matvec,
  VECTORS: number,
): ChainNode {
  const sizes = { ...params, VECTORS };
  return { kind: 'matvec_programmable', name, stage, arithmetic, params: sizes, images, inputs, outputs };
}

/**
 * Cycles from that in which the first beat of a frame passes to that in which its first word is on offer, and one. With fewer
 * places between the two the unit waits for words at every frame, and with none it would wait for ever.
 */
export const wordsBehind = 4;

/** The FIFO between beats and words of a frame, where the stage has none in front of its unit. */
export const frameFifoName = (stage: string): string => `${stage}_begin_fifo`;

/** The token is taken in front of the FIFO of the unit, so that the words of a frame are there when its beats are. */
function programmableStream(nodes: ChainNode[], node: Matvec, beats: ReadonlyMap<string, number>): void {
  const { stage, images } = node;
  const [name, token] = [`${stage}_weights`, `${stage}_begin`];
  const last = nodes.at(-1);
  const before = last?.kind === 'fifo' && last.outputs[0] === node.inputs[0] ? last : undefined;
  if (before !== undefined) nodes.pop();
  const from = (before ?? node).inputs[0] ?? '';
  const W = node.params.SIMD * node.params.X_W;
  const own = frameFifoName(stage);
  const fifo = before ?? { kind: 'fifo', name: own, stage, params: { W, DEPTH: wordsBehind }, outputs: [own] };
  const tokens = `${token}_token`;
  nodes.push(
    {
      ...{ kind: 'frame_token', name: token, stage, inputs: [from], outputs: [token, tokens] },
      params: { W: fifo.params.W, BEATS: beats.get(from) ?? 1, TOKENS: 4 },
    },
    {
      ...{ kind: 'weight_store_stream', name, stage, images, inputs: [tokens], outputs: [name] },
      params: { W: wordBits(node), WORDS: wordsOf(node), FRAME: wordsOf(node) * turnsOf(node, beats) },
    },
    { ...fifo, kind: 'fifo', inputs: [token] },
    unit({ ...node, inputs: fifo.outputs }, name),
  );
}

/** Bits that a word takes on a port: the next power of two, or a multiple of a beat. */
export function paddedBits(bits: number): number {
  return bits >= portBits ? portBits * Math.ceil(bits / portBits) : 2 ** Math.ceil(Math.log2(bits));
}

function external(node: Matvec, turns: number): { readonly port: WeightPort; readonly more: readonly ChainNode[] } {
  const { stage } = node;
  const [W, WORDS] = [wordBits(node), wordsOf(node)];
  const padded = paddedBits(W);
  const stream = `${stage}_w_axis`;
  const beats = packBeats(node.images.WEIGHTS.words, padded);
  const more: ChainNode[] = [];
  let from = stream;
  if (padded !== portBits) {
    const name = `${stage}_weights_width`;
    const [UP, DOWN] = [Math.max(1, padded / portBits), Math.max(1, portBits / padded)];
    const params = { IN_W: portBits, OUT_W: padded, UP, DOWN, FRAME_IN: beats.length, FRAME_OUT: WORDS };
    more.push({ kind: 'width_converter', name, stage, params, inputs: [from], outputs: [name] });
    from = name;
  }
  if (padded !== W) {
    const name = `${stage}_weights`;
    const params = { N: 1, IN_W: padded, OUT_W: W };
    more.push({ kind: 'lane_truncate', name, stage, params, inputs: [from], outputs: [name] });
    from = name;
  }
  return { port: { stream, stage, bits: portBits, beats, turns }, more: [...more, unit(node, from)] };
}

/** Words of `bits` bits, the first in the lowest bits of the first beat; the last beat is filled up with zeros. */
function packBeats(words: readonly bigint[], bits: number): bigint[] {
  if (bits >= portBits) {
    return words.flatMap((word) =>
      Array.from({ length: bits / portBits }, (_, k) => BigInt.asUintN(portBits, word >> BigInt(k * portBits))),
    );
  }
  const perBeat = portBits / bits;
  return Array.from({ length: Math.ceil(words.length / perBeat) }, (_, beat) =>
    words.slice(beat * perBeat, (beat + 1) * perBeat).reduce((all, word, k) => all | (word << BigInt(k * bits)), 0n),
  );
}
