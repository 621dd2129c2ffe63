/**
 * Static parameters of an engine: what is fixed when its hardware is generated.
 *
 * `P` pixels x `M` channels x `G` reduction slices of processing elements (PEs); `D` channels leave the array in one cycle.
 * Every width, depth and optional unit is a parameter with a default; {@link Engine} checks them all at once.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import { engineDiagnostic, engineError } from './errors.js';

/** One static parameter: default, limits (both included) and what it means. */
interface ParameterSpec {
  readonly min: number;
  readonly max: number;
  /** Absent: the parameter must be given. */
  readonly default?: number;
  readonly doc: string;
}

/** All static parameters, in the order in which they are written. */
export const engineParameters = {
  P: { min: 1, max: 64, doc: 'pixels of a row that are computed side by side' },
  G: { min: 1, max: 16, doc: 'slices: terms of a sum that are multiplied side by side' },
  M: { min: 1, max: 256, doc: 'output channels that are computed side by side; also banks of the X-RAM' },
  D: { min: 1, max: 64, doc: 'channels that leave the array in one cycle' },
  XB: { min: 1, max: 16, default: 8, doc: 'bits of a pixel; tables and residuals need at most 8' },
  WB: { min: 1, max: 16, default: 8, doc: 'bits of a weight; 1: a weight is +1 or -1' },
  AB: { min: 12, max: 32, default: 32, doc: 'bits of an accumulator' },
  XD: { min: 8, max: 65536, default: 1024, doc: 'words of P pixels in one bank of the X-RAM' },
  WD: { min: 8, max: 65536, default: 1024, doc: 'words of M * G weights in the weight ring' },
  PD: { min: 0, max: 65536, default: 256, doc: 'entries of D words of P partial sums; 0: no chunks' },
  TMAX: { min: 1, max: 32, default: 32, doc: 'entries of the tap memory: taps of one kernel row' },
  KMAX: { min: 1, max: 32, default: 16, doc: 'kernel rows' },
  NTHR: { min: 0, max: 15, default: 0, doc: 'thresholds of a channel: 0, 1, 3, 7 or 15' },
  MUL: { min: 0, max: 1, default: 1, doc: 'the requantizer has a 32-bit multiplier' },
  FIXED: {
    min: 0,
    max: 1,
    default: 1,
    doc: 'the requantizer has the fixed mode (addend of 48 bits behind the product)',
  },
  LUT: { min: 0, max: 1, default: 1, doc: 'a table of 2^XB entries behind the requantizer' },
  ADD: { min: 0, max: 1, default: 1, doc: 'residual addition' },
  DW: { min: 0, max: 1, default: 1, doc: 'a private window per channel: depthwise layers and pooling' },
  XU: { min: 0, max: 1, default: 1, doc: 'pixels may be unsigned: PEs take one bit more' },
  XG: { min: 1, max: 256, doc: 'channels that share one copy of the operand registers; a divisor of M, about 8' },
  PACK: { min: 0, max: 1, default: 0, doc: 'two pixels share a multiplier, for DSP slices of 27 x 18 bits' },
  GATE: { min: 0, max: 1, default: 0, doc: 'a clock gate for every XG channels of the array' },
  XP: { min: 32, max: 256, default: 128, doc: 'bits of the pixel port s_axis_x: 32, 64, 128 or 256' },
  WP: { min: 32, max: 256, default: 128, doc: 'bits of the weight port s_axis_w: 32, 64, 128 or 256' },
  YP: { min: 32, max: 256, default: 128, doc: 'bits of the output port m_axis_y: 32, 64, 128 or 256' },
  HQ: { min: 1, max: 63, default: 1, doc: 'headers read ahead of the pass that runs; one less than a power of two' },
  PQ: { min: 2, max: 256, default: 2, doc: 'weight tiles whose parameters are held, ahead and in use; a power of two' },
  YD: { min: 2, max: 4096, doc: 'entries of D words in the output FIFO; 5 * M / D where not given' },
} as const satisfies Readonly<Record<string, ParameterSpec>>;

export type EngineParameterName = keyof typeof engineParameters;

/** Every static parameter with its value. */
export type EngineParameters = Readonly<Record<EngineParameterName, number>>;

const parameterNames = Object.keys(engineParameters) as EngineParameterName[];
const required = ['P', 'G', 'M', 'D'] as const;

/** Spellings of other tool chains, and what they are here. */
const aliases: Readonly<Record<string, EngineParameterName>> = {
  bitsInput: 'XB',
  bitsWeights: 'WB',
  bitsSum: 'AB',
  maxKernel: 'KMAX',
};

/** What the constructor takes: P, G, M, D and whatever differs from its default. */
export type EngineOptions = Readonly<
  Record<(typeof required)[number], number> &
    Partial<Record<EngineParameterName, number>> & {
      /** Clock for figures in seconds; the hardware does not depend on it. Default 100. */
      frequencyMHz?: number;
      /** Bits of a pixel, the same as XB. */
      bitsInput?: number;
      /** Bits of a weight, the same as WB. */
      bitsWeights?: number;
      /** Bits of an accumulator, the same as AB. */
      bitsSum?: number;
      /** Greatest kernel height, the same as KMAX. */
      maxKernel?: number;
      /** Greatest number of channels of a tensor that plans may use. Default 65535. */
      maxChannels?: number;
    }
>;

/** Bytes of each memory of an engine; `total` is their sum. */
export interface EngineMemories {
  readonly xram: number;
  readonly weights: number;
  readonly psums: number;
  readonly total: number;
}

/** An engine: its static parameters, checked, and the sizes that follow from them. Throws H2201 or H2202, all problems at once. */
export class Engine implements EngineParameters {
  readonly P!: number;
  readonly G!: number;
  readonly M!: number;
  readonly D!: number;
  readonly XB!: number;
  readonly WB!: number;
  readonly AB!: number;
  readonly XD!: number;
  readonly WD!: number;
  readonly PD!: number;
  readonly TMAX!: number;
  readonly KMAX!: number;
  readonly NTHR!: number;
  readonly MUL!: number;
  readonly FIXED!: number;
  readonly LUT!: number;
  readonly ADD!: number;
  readonly DW!: number;
  readonly XU!: number;
  readonly XG!: number;
  readonly PACK!: number;
  readonly GATE!: number;
  readonly XP!: number;
  readonly WP!: number;
  readonly YP!: number;
  readonly HQ!: number;
  readonly PQ!: number;
  readonly YD!: number;
  readonly frequencyMHz: number;
  readonly maxChannels: number;

  constructor(options: EngineOptions) {
    const { frequencyMHz = 100, maxChannels = 65535, ...rest } = options;
    Object.assign(this, checkedParameters(rest));
    this.frequencyMHz = frequencyMHz;
    this.maxChannels = maxChannels;
    const positive = { frequencyMHz, maxChannels };
    const bad = Object.entries(positive).filter(([, value]) => !(value > 0 && Number.isFinite(value)));
    if (bad.length > 0)
      throw new HeddleError(bad.map(([name, value]) => engineDiagnostic('H2202', name, `${value} is not positive`)));
    Object.freeze(this);
  }

  /** Columns of the array: column m * G + g has channel m, slice g. */
  get columns(): number {
    return this.M * this.G;
  }
  /** Multiply-accumulate units. */
  get processingElements(): number {
    return this.P * this.columns;
  }
  /** Requantizer lanes: words of D channels x P pixels a cycle. */
  get lanes(): number {
    return this.P * this.D;
  }
  /** Bank groups of the X-RAM: D banks each. */
  get bankGroups(): number {
    return this.M / this.D;
  }
  /** Bits of a word of P pixels. */
  get wordBits(): number {
    return this.P * this.XB;
  }
  /** Bits of a D-group: D words of P pixels. */
  get groupBits(): number {
    return this.D * this.wordBits;
  }
  /** Bits of a weight word: one weight per column. */
  get weightWordBits(): number {
    return this.columns * this.WB;
  }
  /** Bytes of the memories that a layer's data live in. */
  get memories(): EngineMemories {
    const xram = (this.M * this.wordBits * this.XD) / 8;
    const weights = (this.weightWordBits * this.WD) / 8;
    const psums = (this.lanes * this.AB * this.PD) / 8;
    return { xram, weights, psums, total: xram + weights + psums };
  }

  /** All static parameters as a plain object. */
  get parameters(): EngineParameters {
    return Object.fromEntries(parameterNames.map((name) => [name, this[name]])) as EngineParameters;
  }

  /** Plain data that {@link Engine.fromJSON} reads. */
  toJSON(): EngineParameters & { readonly frequencyMHz: number; readonly maxChannels: number } {
    return { ...this.parameters, frequencyMHz: this.frequencyMHz, maxChannels: this.maxChannels };
  }

  /** The short spelling: P, G, M, D and what differs from its default. */
  toString(): string {
    const defaults = withDefaults({ P: this.P, G: this.G, M: this.M, D: this.D });
    const shown = parameterNames.filter((name, index) => index < required.length || this[name] !== defaults[name]);
    return shown.map((name) => `${name}=${this[name]}`).join(',');
  }

  /** An engine from what {@link Engine.toJSON} gives, as an object or as text. */
  static fromJSON(json: unknown): Engine {
    const value: unknown = typeof json === 'string' ? parseJson(json) : json;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw engineError('H2201', 'engine', 'not a JSON object');
    return new Engine(value as EngineOptions);
  }

  /** An engine from the short spelling `P=7,G=3,M=32,D=4`; spaces are ignored. */
  static parse(text: string): Engine {
    const entries = text.split(',').map((item): [string, unknown] => {
      const match = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(item);
      if (!match) throw engineError('H2201', 'engine', `"${item}" is not NAME=NUMBER`, 'for example P=7,G=3,M=32,D=4');
      return [match[1] ?? '', Number(match[2])];
    });
    return new Engine(Object.fromEntries(entries) as unknown as EngineOptions);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw engineError('H2201', 'engine', `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function withDefaults(given: Readonly<Record<string, number>>): Record<EngineParameterName, number> {
  const values = Object.fromEntries(
    parameterNames.map((name) => {
      const spec: ParameterSpec = engineParameters[name];
      return [name, given[name] ?? spec.default ?? NaN];
    }),
  ) as Record<EngineParameterName, number>;
  const { M, D, YD, XG } = values;
  return {
    ...values,
    YD: Number.isNaN(YD) ? Math.max(2, Math.floor((5 * M) / D)) : YD,
    XG: Number.isNaN(XG) ? ([8, 7, 6, 5, 4, 3, 2].find((share) => M % share === 0) ?? 1) : XG,
  };
}

/** Parameters with defaults and aliases resolved; throws every problem at once. */
function checkedParameters(options: Readonly<Record<string, unknown>>): Record<EngineParameterName, number> {
  const problems: Diagnostic[] = [];
  const given: Record<string, number> = {};
  for (const [key, value] of Object.entries(options)) {
    const name = aliases[key] ?? key;
    if (!Object.hasOwn(engineParameters, name))
      problems.push(engineDiagnostic('H2201', key, 'no such parameter', `known: ${parameterNames.join(' ')}`));
    else if (typeof value !== 'number' || !Number.isInteger(value))
      problems.push(engineDiagnostic('H2201', key, `${String(value)} is not a whole number`));
    else given[name] = value;
  }
  for (const name of required)
    if (!(name in given) && !problems.some((problem) => problem.places[0]?.text === name))
      problems.push(engineDiagnostic('H2201', name, `not given: ${engineParameters[name].doc}`));
  if (problems.length > 0) throw new HeddleError(problems);
  const values = withDefaults(given);
  problems.push(...limitProblems(values));
  if (problems.length > 0) throw new HeddleError(problems);
  return values;
}

const powerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

function limitProblems(values: Readonly<Record<EngineParameterName, number>>): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const bad = (name: EngineParameterName, what: string, fix?: string): void => {
    problems.push(engineDiagnostic('H2202', name, what, fix));
  };
  for (const name of parameterNames) {
    const { min, max } = engineParameters[name];
    const value = values[name];
    if (value < min || value > max) bad(name, `${value} is outside of ${min}..${max}`);
  }
  const { G, M, D, YD, NTHR, XG } = values;
  if (G > M) bad('G', `${G} slices would read one bank twice: there are M=${M} banks`, `G at most ${M}`);
  if (M % D !== 0) bad('D', `${D} does not divide M=${M}`);
  else if (YD < (2 * M) / D) bad('YD', `${YD} is less than two tiles`, `YD at least ${(2 * M) / D}`);
  if (values.XB > 8 && (values.LUT > 0 || values.ADD > 0))
    bad('XB', `${values.XB} bits are too many for a table or residuals`, 'LUT=0,ADD=0');
  if (values.PACK > 0 && values.WB === 1) bad('PACK', 'binary weights have no multiplier to share', 'PACK=0');
  const pair = 2 * (values.XB + values.XU) + values.WB + 1;
  if (values.PACK > 0 && pair > 27)
    bad('PACK', `two pixels and a product need ${pair} bits, a multiplier has 27`, 'PACK=0');
  if (!powerOfTwo(values.HQ + 1)) bad('HQ', `${values.HQ} is not 1, 3, 7, 15, 31 or 63`);
  if (!powerOfTwo(values.PQ)) bad('PQ', `${values.PQ} is not a power of two`);
  if (M % XG !== 0) bad('XG', `${XG} does not divide M=${M}`);
  if (![0, 1, 3, 7, 15].includes(NTHR)) bad('NTHR', `${NTHR} is not 0, 1, 3, 7 or 15`);
  for (const name of ['XP', 'WP', 'YP'] as const)
    if (![32, 64, 128, 256].includes(values[name])) bad(name, `${values[name]} is not 32, 64, 128 or 256`);
  return problems;
}
