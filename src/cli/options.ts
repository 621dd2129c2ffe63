/** Values of the command line that are more than text: sizes, fractions, seeds. */
import { usageError } from './errors.js';

/** A positive number. */
export function positive(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw usageError(`--${option} ${text}: not a number above 0`);
  };
}

export function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text)) && Number(text) > 0) return Number(text);
    throw usageError(`--${option} ${text}: not a whole number above 0`);
  };
}

/** `0.5`, `1e-3`, or a fraction such as `1/255`. */
export function fraction(option: string): (text: string) => number {
  return (text) => {
    const parts = text.split('/').map((part) => (part.trim() === '' ? NaN : Number(part)));
    const [numerator = NaN, denominator = 1] = parts;
    const value = numerator / denominator;
    if (parts.length <= 2 && Number.isFinite(value) && value !== 0) return value;
    throw usageError(`--${option} ${text}: neither a number nor a fraction like 1/255`);
  };
}

/** Bits of a port, or `full`. */
export function portBits(text: string): number | 'full' {
  return text === 'full' ? 'full' : wholeNumber('port-bits')(text);
}

/** 64 bits, decimal or `0x...`. */
export function seed(text: string): bigint {
  if (/^(\d+|0x[0-9a-fA-F]+)$/.test(text)) return BigInt(text);
  throw usageError(`--seed ${text}: not a whole number`);
}

/** `K=V` pairs; whether names and values suit the block is the block's affair. */
export function assignments(texts: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const text of texts) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw usageError(`--param ${text}: not of the form NAME=VALUE`);
    if (name in given) throw usageError(`--param ${text}: ${name} is given twice`);
    given[name] = value;
  }
  return given;
}

/** Repeated options come as lists here, for the sake of --param; of the others the last one counts, as in every verb. */
export const lastOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.at(-1) : value;

/** The option that names an engine. */
export const engineChoice = {
  type: 'string',
  requiresArg: true,
  describe: 'engine back end: P=7,G=3,M=32,D=4 and others, or a JSON file (also engine.json)',
} as const;
