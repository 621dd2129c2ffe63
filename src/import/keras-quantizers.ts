/** QKeras quantizers, as objects or as text like `quantized_relu(3,1)`, to Quant parameters. */
import { asNumber, asObject, asText, type Json } from './json.js';

/** A quantizer as graph operators: relu first where asked, then Quant or BipolarQuant. */
export type Quantizer =
  | { readonly kind: 'none' }
  | { readonly kind: 'bipolar' }
  | {
      readonly kind: 'quant';
      readonly relu: boolean;
      readonly bits: number;
      readonly scale: number;
      readonly signed: boolean;
      readonly narrow: boolean;
      /** Integer bits as QKeras counts them. */
      readonly integer: number;
      /** The scale is computed from the weights (`auto_po2`), `scale` is that of alpha=1. */
      readonly auto: boolean;
    };

/** Reason why a quantizer is not read. */
export interface Unread {
  readonly kind: 'unread';
  readonly reason: string;
}

const positional: Readonly<Record<string, readonly string[]>> = {
  quantized_bits: ['bits', 'integer', 'symmetric', 'keep_negative', 'alpha', 'use_stochastic_rounding'],
  quantized_relu: ['bits', 'integer', 'use_sigmoid', 'negative_slope', 'use_stochastic_rounding', 'relu_upper_bound'],
  binary: ['use_01', 'alpha', 'use_stochastic_rounding'],
};

function parseValue(text: string): unknown {
  if (/^(none|null)$/i.test(text)) return null;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  const quoted = /^['"](.*)['"]$/.exec(text);
  if (quoted) return quoted[1];
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** `name(1, 2, key=3)` as class name and config. */
function parseText(text: string): { name: string; config: Json } | undefined {
  const match = /^\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*$/.exec(text);
  if (!match) return undefined;
  const name = match[1] ?? '';
  const order = positional[name] ?? [];
  const parts = (match[2] ?? '').split(',').map((part) => part.trim());
  const entries = parts
    .filter((part) => part !== '')
    .map((part, index): [string, unknown] => {
      const [key, value] = part.includes('=') ? part.split('=', 2) : [order[index] ?? `argument ${index}`, part];
      return [(key ?? '').trim(), parseValue((value ?? '').trim())];
    });
  return { name, config: Object.fromEntries(entries) };
}

const unread = (reason: string): Unread => ({ kind: 'unread', reason });

/**
 * 1: the grid of bits and integer. `auto_po2`: powers of two from the weights of a kernel; also what QKeras makes of None there. For
 * other tensors None means 1.
 */
function alphaOf(config: Json, kernel: boolean): 'one' | 'auto' | Unread {
  const alpha = config.alpha ?? null;
  if (alpha === 1) return 'one';
  if (alpha === null) return kernel ? 'auto' : 'one';
  if (alpha === 'auto_po2') return kernel ? 'auto' : unread('alpha auto_po2 outside of a kernel');
  return unread(`alpha ${typeof alpha === 'string' || typeof alpha === 'number' ? alpha : 'array'} is not 1`);
}

function quantizedBits(config: Json, kernel: boolean): Quantizer | Unread {
  const alpha = alphaOf(config, kernel);
  if (typeof alpha === 'object') return alpha;
  const bits = asNumber(config.bits) ?? 8;
  const integer = asNumber(config.integer) ?? 0;
  const signed = config.keep_negative !== false && config.keep_negative !== 0;
  // Automatic scales make the codes symmetric, whatever the configuration says.
  const narrow = alpha === 'auto' || config.symmetric === true || config.symmetric === 1;
  const auto = alpha === 'auto';
  if (auto && (!signed || bits < 2)) return unread('alpha auto_po2 without sign or with one bit');
  // 1 bit with sign is sign(x) in QKeras.
  if (signed && bits === 1) return { kind: 'bipolar' };
  const scale = 2 ** (integer - bits + (signed ? 1 : 0));
  return { kind: 'quant', relu: false, bits, integer, scale, signed, narrow, auto };
}

function quantizedRelu(config: Json): Quantizer | Unread {
  if (config.use_sigmoid) return unread('use_sigmoid');
  if (config.negative_slope) return unread('negative_slope');
  if (config.relu_upper_bound !== undefined && config.relu_upper_bound !== null) return unread('relu_upper_bound');
  const bits = asNumber(config.bits) ?? 8;
  const integer = asNumber(config.integer) ?? 0;
  const grid = { bits, integer, scale: 2 ** (integer - bits) };
  return { kind: 'quant', relu: true, ...grid, signed: false, narrow: false, auto: false };
}

/**
 * Reads a quantizer. `kernel` is true for kernel quantizers. Formulas: numerics.md 1.4; quantized_bits(b, i) has the step
 * 2^(i - b + 1) with sign, quantized_relu(b, i) the step 2^(i - b).
 */
export function readQuantizer(value: unknown, kernel: boolean): Quantizer | Unread {
  if (value === null || value === undefined) return { kind: 'none' };
  const text = asText(value);
  const object = asObject(value);
  const parsed = text === undefined ? undefined : parseText(text);
  const name = parsed?.name ?? asText(object?.class_name);
  const config = parsed?.config ?? asObject(object?.config) ?? {};
  if (name === undefined) return unread('not a quantizer');
  const widths = [asNumber(config.bits) ?? 8, asNumber(config.integer) ?? 0];
  if (!widths.every(Number.isInteger) || (widths[0] ?? 0) < 1 || (widths[0] ?? 0) > 32 || Math.abs(widths[1] ?? 0) > 64)
    return unread(`${name} with ${widths[0] ?? ''} bits, ${widths[1] ?? ''} integer bits`);
  switch (name) {
    case 'linear':
      return { kind: 'none' };
    case 'quantized_bits':
      return quantizedBits(config, kernel);
    case 'quantized_relu':
      return quantizedRelu(config);
    case 'binary':
      if (config.use_01) return unread('binary with use_01');
      return config.alpha === 1 || !kernel ? { kind: 'bipolar' } : unread('binary without alpha=1');
    default:
      return unread(name);
  }
}
