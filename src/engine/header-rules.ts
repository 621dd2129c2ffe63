/**
 * What a header must obey: one table for the compiler (`checkHeader`), the functional model and the hardware, which numbers its
 * rules as they stand here. Rules that compare fields and limits are data; five need a product or a division.
 */
import type { Diagnostic } from '../base/diagnostics.js';
import { checkFields, fieldRange, type BitField } from './bit-fields.js';
import { engineDiagnostic } from './errors.js';
import { type Header, type HeaderField, headerTable, opCodes, requantCodes } from './header.js';

/** What of an engine the header is checked against. */
export type HeaderLimits = Readonly<
  Record<'G' | 'M' | 'D' | 'P' | 'XB' | 'XD' | 'WD' | 'PD', number> &
    Record<'TMAX' | 'KMAX' | 'NTHR' | 'MUL' | 'FIXED' | 'LUT' | 'ADD' | 'DW' | 'XU', number>
>;

/** Parameters that fields are compared with; GROUPS is M / D. */
export type RuleLimit = 'G' | 'M' | 'GROUPS' | 'XD' | 'WD' | 'TMAX' | 'KMAX';
/** Units that an engine may lack (0). */
export type RuleOption = 'PD' | 'NTHR' | 'MUL' | 'FIXED' | 'LUT' | 'ADD' | 'DW' | 'XU';
export type Relation = '==' | '!=' | '<' | '<=' | '>=';

/** A field, compared with a number, another field or a limit. */
export type Condition = readonly [HeaderField, Relation, number | HeaderField | { readonly limit: RuleLimit }];

/**
 * A comparison, a unit that the engine must have, or a field of 16 bits whose value must be one of a pixel: of a signed one, or
 * of a signed or unsigned one.
 */
export type Needs = Condition | { readonly option: RuleOption } | { readonly pixel: 'signed' | 'any' };

/** Holds where one of `when` does not, or `needs` does. */
export interface HeaderRule {
  readonly field: HeaderField;
  readonly when: readonly Condition[];
  readonly needs: Needs;
  readonly why: string;
}

/** Fields that have a narrower range than their bits, whose check is not a rule of its own below. */
function rangeRules(): HeaderRule[] {
  return (Object.keys(headerTable) as HeaderField[]).flatMap((field): HeaderRule[] => {
    const { min, max, width }: BitField = headerTable[field];
    const whole = fieldRange({ word: 0, low: 0, width, doc: '' });
    if (field === 'magic') return [];
    const rule = (relation: Relation, bound: number): HeaderRule => ({
      ...{ field, when: [], needs: [field, relation, bound] },
      why: `outside of ${min ?? whole.min}..${max ?? whole.max}`,
    });
    return [
      ...(min !== undefined && min > whole.min ? [rule('>=', min)] : []),
      ...(max !== undefined && max < whole.max ? [rule('<=', max)] : []),
    ];
  });
}

const M = { limit: 'M' } as const;
const GROUPS = { limit: 'GROUPS' } as const;
const XD = { limit: 'XD' } as const;
const isDense: Condition = ['op', '==', opCodes.dense];
const notDense: Condition = ['op', '!=', opCodes.dense];
const weighted: Condition = ['hasWeights', '==', 1];
const residual: Condition = ['res', '==', 1];
const toXram: Condition = ['dstXram', '==', 1];

const rule = (field: HeaderField, when: readonly Condition[], needs: Needs, why: string): HeaderRule => ({
  field,
  when,
  needs,
  why,
});

/** All rules that are comparisons, in the order of their numbers, which begin at 1. */
export const headerRules: readonly HeaderRule[] = [
  ...rangeRules(),
  rule('NT', [], ['NT', '<=', { limit: 'TMAX' }], 'the tap memory has fewer entries'),
  rule('KH1', [], ['KH1', '<', { limit: 'KMAX' }], 'the engine has fewer kernel rows'),
  rule('Mlast', [], ['Mlast', '<=', M], 'the engine computes fewer channels at a time'),
  rule('hasWeights', [isDense], weighted, 'a dense pass takes weights'),
  rule('hasWeights', [['op', '>=', opCodes.max]], ['hasWeights', '==', 0], 'pooling takes no weights'),
  rule('CHN', [notDense], ['CHN', '==', 1], 'only dense passes have chunks'),
  rule('wrap', [notDense], ['wrap', '==', 0], 'only dense passes wrap'),
  rule('xCh0', [notDense], ['xCh0', '==', 0], 'depthwise passes begin at bank 0'),
  rule('xCh0', [], ['xCh0', '<', M], 'there are fewer banks'),
  rule('wrap', [['wrap', '==', 1]], ['Cc', '>=', { limit: 'G' }], 'fewer channels in a chunk than slices'),
  rule('Clast', [], ['Clast', '<=', 'Cc'], 'more than Cc'),
  rule('wWords', [weighted], ['wWords', '>=', 1], 'no weights announced'),
  rule('wWords', [weighted], ['wWords', '<=', { limit: 'WD' }], 'the ring holds fewer words'),
  // A pass without weights between two that share theirs leaves the ring alone: it says both.
  rule(
    'wReuse',
    [
      ['wReuse', '==', 1],
      ['hasWeights', '==', 0],
    ],
    ['wKeep', '==', 1],
    'weights reused without weights',
  ),
  rule(
    'wKeep',
    [
      ['wKeep', '==', 1],
      ['hasWeights', '==', 0],
    ],
    ['wReuse', '==', 1],
    'weights kept without weights',
  ),
  rule('wMod', [['wMod', '!=', 0]], ['xPhase', '>=', 1], 'phases without a stride between them'),
  rule('xSlot0', [], ['xSlot0', '<', 'xRing'], 'the ring has fewer rows'),
  rule('ySlot0', [], ['ySlot0', '<', 'yRing'], 'the ring has fewer rows'),
  rule('dstXram', [['dstXram', '==', 0]], ['dstAxis', '==', 1], 'results go nowhere'),
  rule('xBase', [], ['xBase', '<', XD], 'a bank has fewer words'),
  rule('yBase', [toXram], ['yBase', '<', XD], 'a bank has fewer words'),
  rule('yGrp0', [toXram], ['yGrp0', '<', GROUPS], 'there are fewer bank groups'),
  rule('ySW', [toXram], ['ySW', '<=', GROUPS], 'a bank is written too often (at most M/D phases)'),
  rule('op', [notDense], { option: 'DW' }, 'the engine has no private windows (DW=0)'),
  rule('CHN', [['CHN', '!=', 1]], { option: 'PD' }, 'the engine has no partial sums (PD=0)'),
  rule('requant', [['requant', '!=', requantCodes.shift]], { option: 'MUL' }, 'the engine has no multiplier (MUL=0)'),
  rule(
    'requant',
    [['requant', '==', requantCodes.fixed]],
    { option: 'FIXED' },
    'the engine has no fixed mode (FIXED=0)',
  ),
  rule('thresholds', [['thresholds', '==', 1]], { option: 'NTHR' }, 'the engine has no thresholds (NTHR=0)'),
  rule('planes', [['planes', '>=', 8]], { option: 'NTHR' }, 'the engine has no thresholds (NTHR=0)'),
  rule('lut', [['lut', '==', 1]], { option: 'LUT' }, 'the engine has no table (LUT=0)'),
  rule('res', [['res', '==', 1]], { option: 'ADD' }, 'the engine has no residual addition (ADD=0)'),
  rule('rRequant', [['rRequant', '!=', requantCodes.shift]], { option: 'MUL' }, 'the engine has no multiplier (MUL=0)'),
  rule(
    'rRequant',
    [['rRequant', '==', requantCodes.fixed]],
    { option: 'FIXED' },
    'the engine has no fixed mode (FIXED=0)',
  ),
  rule('rGrp0', [residual], ['rGrp0', '<', GROUPS], 'there are fewer bank groups'),
  rule('rBase', [residual], ['rBase', '<', XD], 'a bank has fewer words'),
  rule('zp', [], { pixel: 'signed' }, 'not a zero point of so few bits'),
  rule('rZp', [], { pixel: 'signed' }, 'not a zero point of so few bits'),
  rule('pad', [], { pixel: 'any' }, 'not a pixel of so few bits'),
  rule('lo', [], { pixel: 'any' }, 'not a pixel of so few bits'),
  rule('hi', [], { pixel: 'any' }, 'not a pixel of so few bits'),
  rule('rLo', [], { pixel: 'any' }, 'not a pixel of so few bits'),
  rule('rHi', [], { pixel: 'any' }, 'not a pixel of so few bits'),
  rule('inUnsigned', [['inUnsigned', '==', 1]], { option: 'XU' }, 'the engine has signed pixels only (XU=0)'),
];

/** Rules with a product or a division, numbered behind the others. The hardware checks all but the first one serially. */
export const productRules = ['gLast', 'cMod', 'xChunk', 'xOff0', 'CHN'] as const satisfies readonly HeaderField[];

/** Number of a rule in the status of the hardware; 0 is none. */
export const ruleNumbers = {
  comparison: (index: number): number => index + 1,
  product: (field: (typeof productRules)[number]): number => headerRules.length + 1 + productRules.indexOf(field),
};

export const isCondition = (needs: Needs): needs is Condition => Array.isArray(needs);

/** Fields that stand in a comparison. */
export const ruleFields: readonly HeaderField[] = (Object.keys(headerTable) as HeaderField[]).filter((field) =>
  headerRules.some(({ when, needs }) =>
    [...when, ...(isCondition(needs) ? [needs] : [])].some(([left, , right]) => left === field || right === field),
  ),
);

const relations: Readonly<Record<Relation, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const limitsOf = (engine: HeaderLimits): Readonly<Record<RuleLimit, number>> => ({
  ...engine,
  GROUPS: engine.M / engine.D,
});

/** Whether a header obeys one of the rules that are comparisons. */
function obeys(engine: HeaderLimits, h: Header, { field, when, needs }: HeaderRule): boolean {
  const limits = limitsOf(engine);
  const half = 2 ** (engine.XB - 1);
  const holds = ([left, relation, right]: Condition): boolean => {
    const other = typeof right === 'number' ? right : typeof right === 'string' ? h[right] : limits[right.limit];
    return relations[relation](h[left], other);
  };
  if (!when.every(holds)) return true;
  if ('option' in needs) return engine[needs.option] > 0;
  if ('pixel' in needs) {
    const code = (h[field] << 16) >> 16;
    return code >= -half && code < (needs.pixel === 'any' ? 2 : 1) * half;
  }
  return holds(needs);
}

/** By field of `productRules`: whether it is right, and what it should be. */
function products(
  engine: HeaderLimits,
  h: Header,
): Readonly<Record<(typeof productRules)[number], readonly [boolean, string]>> {
  const dense = h.op === opCodes.dense;
  const psums = h.Ho * h.XT * (h.OTN > 1 ? engine.M / engine.D : h.gLast);
  const [cMod, xChunk] = dense ? [h.Cc % engine.M, Math.floor(h.Cc / engine.M) * h.xBlk] : [0, 0];
  return {
    gLast: [h.gLast === Math.ceil(h.Mlast / engine.D), `Mlast / D is ${h.Mlast / engine.D}`],
    cMod: [h.cMod === cMod, `Cc mod M is ${h.Cc % engine.M}, 0 in depthwise modes`],
    xChunk: [h.xChunk === xChunk, 'not floor(Cc / M) * xBlk, or not 0 in a depthwise mode'],
    xOff0: [h.xOff0 === h.xSlot0 * h.xRow, `xSlot0 * xRow is ${h.xSlot0 * h.xRow}`],
    CHN: [h.CHN === 1 || psums <= engine.PD, `${psums} partial sums for ${engine.PD} entries`],
  };
}

type Problem = readonly [HeaderField, string];

/** Rules that the hardware checks at once: comparisons, and that gLast is right. */
export function comparisonProblems(engine: HeaderLimits, header: Header): Problem[] {
  const limits = limitsOf(engine);
  const [right, what] = products(engine, header).gLast;
  const limitOf = ({ needs }: HeaderRule): string => {
    if ('pixel' in needs) return ` (XB=${engine.XB})`;
    if ('option' in needs || typeof needs[2] !== 'object') return '';
    return ` (${needs[2].limit === 'GROUPS' ? 'M/D' : needs[2].limit}=${limits[needs[2].limit]})`;
  };
  const broken = headerRules.filter((each) => !obeys(engine, header, each));
  return [
    ...broken.map((each): Problem => [each.field, each.why + limitOf(each)]),
    ...(right ? [] : [['gLast', what] as const]),
  ];
}

/** Rules with a product or a division that the hardware checks serially. */
export function productProblems(engine: HeaderLimits, header: Header): Problem[] {
  const all = products(engine, header);
  return productRules.slice(1).flatMap((field): Problem[] => (all[field][0] ? [] : [[field, all[field][1]]]));
}

/** Number of the first rule that a header breaks, as the status of the hardware tells it; 0 where it breaks none. */
export function ruleNumber(engine: HeaderLimits, header: Header): number {
  const index = headerRules.findIndex((each) => !obeys(engine, header, each));
  if (index >= 0) return ruleNumbers.comparison(index);
  const field = productRules.find((each) => !products(engine, header)[each][0]);
  return field === undefined ? 0 : ruleNumbers.product(field);
}

/** Everything that the hardware checks too: field ranges, limits of the engine, fields that contradict each other. */
export function checkHeader(engine: HeaderLimits, header: Header, what = 'header'): Diagnostic[] {
  return [
    ...checkFields(headerTable, header, what),
    ...[...comparisonProblems(engine, header), ...productProblems(engine, header)]
      // Ranges are told with what the field means.
      .filter(([, why]) => !why.startsWith('outside'))
      .map(([field, why]) => engineDiagnostic('H2203', `${what}.${field}`, `${header[field]}: ${why}`)),
  ];
}
