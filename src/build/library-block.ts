/** One block of the library with values for its parameters, ready to be emitted or simulated. Every problem is told at once. */
import { type Diagnostic, HeddleError } from '../base/diagnostics.js';
import { nearest } from '../base/nearest.js';
import { randomStream } from '../base/random.js';
import {
  conditionHolds,
  type Design,
  evalNat,
  imageSize,
  type Image,
  type ModuleDef,
  type Nat,
  natText,
} from '../circuit/index.js';
import { type ParamNumbers, type RegisteredBlock, registeredBlock, registeredBlocks } from './block-registry.js';

export interface BlockInstance {
  readonly name: string;
  /** Header of the module: first line what it does. */
  readonly doc: string;
  /** Parameters are live; `params` are the defaults of its top. */
  readonly design: Design;
  readonly params: ParamNumbers;
}

/** The block called `name`; H2010 with the nearest names where there is none. */
export function findBlock(name: string): RegisteredBlock {
  const found = registeredBlock(name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    registeredBlocks.map((each) => each.name),
  );
  throw new HeddleError({
    code: 'H2010',
    message: `${name}: the library has no such block`,
    places: [{ text: `blocks: ${[...new Set(registeredBlocks.map(({ family }) => family))].join(' ')}` }],
    fix: near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'emit --list lists them with their parameters',
  });
}

/**
 * The block at the values given, the others at their defaults. H2010 for an unknown block, H1102 for a parameter that is
 * unknown or out of range, H1103 for a requirement that does not hold; all of them in one error.
 */
export function libraryInstance(name: string, given: Readonly<Record<string, number | string>> = {}): BlockInstance {
  const design = findBlock(name).build();
  const top = design.modules[design.top];
  if (top === undefined) throw new Error(`design has no module '${design.top}'`);
  const problems = Object.entries(given).flatMap(([param, value]) => valueProblem(top, param, value));
  const params = Object.fromEntries(
    top.params.flatMap((param) =>
      param.kind === 'nat' ? [[param.name, Number(given[param.name] ?? param.default)]] : [],
    ),
  );
  // A requirement may divide by a parameter: it means something only where every value is in its range.
  const all = problems.length > 0 ? problems : requirementProblems(top, params);
  if (all.length > 0) throw new HeddleError(all);
  return { name: top.name, doc: top.doc, design: withDefaults(design, params), params };
}

/** A design whose top has other defaults for its parameters. */
export function withDefaults(design: Design, values: ParamNumbers): Design {
  const top = design.modules[design.top];
  if (top === undefined) throw new Error(`design has no module '${design.top}'`);
  const params = top.params.map((param) =>
    param.kind === 'nat' ? { ...param, default: values[param.name] ?? param.default } : param,
  );
  return { top: top.name, modules: { ...design.modules, [top.name]: { ...top, params } } };
}

function valueProblem(top: ModuleDef, name: string, value: number | string): Diagnostic[] {
  const code = 'H1102';
  const param = top.params.find((each) => each.name === name);
  const numbers = top.params.filter(({ kind }) => kind === 'nat').map((each) => each.name);
  if (param === undefined) {
    const [near] = nearest(name, numbers);
    const known = `parameters: ${numbers.join(' ')}`;
    const message = `${top.name}: there is no parameter '${name}'${near === undefined ? '' : `; did you mean ${near}?`}`;
    return [{ code, message, places: [], fix: known }];
  }
  if (param.kind === 'image') {
    return [{ code, message: `${top.name}: ${name} is a memory image, not a number`, places: [], fix: param.doc }];
  }
  const number = typeof value === 'string' && !/^\d+$/.test(value) ? NaN : Number(value);
  const { min, max = 2 ** 31 - 1, doc } = param;
  if (Number.isSafeInteger(number) && number >= min && number <= max) return [];
  const range = `a whole number from ${min}${param.max === undefined ? ' up' : ` to ${max}`}`;
  return [{ code, message: `${top.name}: ${name} = ${value} is not ${range}`, places: [], fix: `${name}: ${doc}` }];
}

function requirementProblems(top: ModuleDef, params: ParamNumbers): Diagnostic[] {
  return top.requires
    .filter(({ condition }) => !conditionHolds(condition, params))
    .map(({ condition: { a, rel, b }, reason }) => ({
      code: 'H1103',
      message: `${top.name}: ${reason}: ${natText(a)} ${rel} ${natText(b)} does not hold`,
      places: [{ text: [a, b].flatMap((side) => valueText(side, params)).join(', ') }],
      fix: `values: ${Object.entries(params)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
    }));
}

const valueText = (nat: Nat, params: ParamNumbers): string[] =>
  nat.op === 'lit' ? [] : [`${natText(nat)} is ${evalNat(nat, params)}`];

/**
 * Contents for the memories that the block reads from files, by parameter name, under the file names of the text. They are
 * random words from a seed: an example to simulate with, to be replaced by the user's own.
 */
export function exampleImages({ name, design, params }: BlockInstance, seed = 1n): Readonly<Record<string, Image>> {
  const top = design.modules[design.top];
  const images = (top?.params ?? []).filter(({ kind }) => kind === 'image');
  return Object.fromEntries(
    images.map((param): [string, Image] => {
      const size = top && imageSize(design, top, param.name, params);
      if (size === undefined) throw new Error(`${name}: no memory is read from ${param.name}`);
      const random = randomStream(seed, param.name);
      const words = Array.from({ length: size.depth }, () => random.nextBigInt(size.width));
      return [param.name, { file: `${name}_${param.name.toLowerCase()}.mem`, width: size.width, words }];
    }),
  );
}
