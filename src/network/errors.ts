/**
 * Numbered problems of the numerics: what a network can ask for that the integer pipeline cannot do exactly.
 *
 * The numbers of `src/network` are H3030 to H3059; files and formats are H3001 to H3029, in `src/import/errors.ts`.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';

/** One sentence of fix per code, used where the thrower has nothing more specific to say. */
const fixes: Readonly<Record<string, string>> = {
  H3030: 'check the shapes and constants of this node in the model file',
  H3031: 'branches join in an Add or a Concat of streams; give the network one input and one output',
  H3032: 'quantize the weights with one scale per output channel',
  H3033: 'use a monotone activation (relu, hard clip, sign) in front of the quantizer',
  H3034: 'flip the sign of the constants in front of the input quantizer',
  H3035: 'use 8 or fewer bits for this activation, or --numerics with an hls4ml YAML',
  H3036: 'use fewer bits for weights or activations',
  H3037: 'write accum_t without AP_RND, or give it as many fractional bits as input and weight have together',
  H3038: 'move this node in front of a quantizer, or to the tail of the network',
  H3039: 'give --input-scale, or an integer array of the type of the input port',
  H3040: 'end the network with the same scale and offset for all channels in front of TopK, or without TopK',
  H3041: 'put a quantizer in front of this layer',
  H3043: 'end the network with Softmax over its last axis, or with the scores in front of it',
  H3042: 'quantize the layer (QDense, QActivation), or remove the batch normalization behind it',
};

/** A diagnostic of this room, about one node. */
export function networkDiagnostic(code: keyof typeof fixes, node: string, what: string, fix?: string): Diagnostic {
  const remedy = fix ?? fixes[code];
  const base = { code, message: `${node}: ${what}`, places: [{ text: node }] };
  return remedy === undefined ? base : { ...base, fix: remedy };
}

/** The same as an error to throw; exit code 2, the model is the user's file. */
export function networkError(code: keyof typeof fixes, node: string, what: string, fix?: string): HeddleError {
  return new HeddleError(networkDiagnostic(code, node, what, fix));
}

/** Long texts of `explain CODE`. */
export const explanations: Readonly<Record<string, string>> = {
  H3030:
    'A node of the graph cannot be computed: its input shapes do not fit each other, a constant has a wrong size, or a quantizer ' +
    'has an impossible bit width. The message names the node. Models exported by Brevitas, FINN and QKeras do not have this; ' +
    'a damaged or hand-edited file can.',
  H3031:
    'The integer pipeline has one input and one output. Streams may branch and meet again in an Add of two streams or a Concat along ' +
    'the channels; products of two activations have no stage.',
  H3032:
    'The weights of a matrix must be integers times one scale per output channel, because the accumulator of a stage adds ' +
    'integers. Weights without a quantizer in front, or with a scale per input channel, are not.',
  H3033:
    'The lowering replaces everything between an accumulator and the next quantizer by thresholds, which is exact only where ' +
    'the function is monotone. This one goes up and down again over the reachable range.',
  H3034:
    'An activation that stands alone (input quantization) falls with rising input. A dense stage turns that by negating weights; ' +
    'an elementwise stage has no weights.',
  H3035:
    'More than 255 levels are not stored as thresholds. The lowering then looks for a multiplier, an addend and a shift per channel ' +
    'that give the same code at every one of the levels, with multipliers of up to 40 bits. None was found for this activation, ' +
    'so the stage could not be exact. The reference executor (--via reference) still runs.',
  H3036: 'A sum or a fixed-point intermediate may exceed 2^53, where float64 stops holding every integer.',
  H3037:
    'hls4ml casts every single product to accum_t before it adds. Where accum_t has fewer fractional bits than the product, each ' +
    'product is floored, and so it is here. An accum_t that rounds in another way is not computed.',
  H3038: 'This operator has an exact reference but no place in the integer pipeline at this position.',
  H3039:
    'The input port carries integer codes; a real value is code times scale. The array holds values that are not on this grid ' +
    'or outside of the range of the port.',
  H3040:
    'TopK becomes an argmax on integers. That is the same choice only if the operators in front of it keep the order of the channels: ' +
    'one positive scale and one offset for all of them.',
  H3041:
    'A matrix multiplication reads real values that no quantizer has put on an integer grid. The hardware computes on integer codes.',
  H3043:
    'Softmax has no stage, not even as tables: exponentials that are rounded to the entries of a table and a division in integers give other ' +
    'shares than the model. The accelerator gives the scores, exact, and the host computes their shares, which is a few exponentials ' +
    'a sample. This needs Softmax at the end of the network, over the last axis. The choice itself has a stage: TopK or ArgMax at the end.',
  H3042:
    'hls4ml rewrites this construct before it builds (for instance it folds batch normalization into a dense layer without ' +
    'quantizers), so that the arithmetic of the file is not what its hardware computes. Heddle refuses instead of guessing.',
};
