/** Faults as a printer or a pass could make them, planted into the text of library modules. */
import { hardenDesign, type Design, evalNat, type Image, packedWidth } from '../../src/circuit/index.js';
import { randomStream } from '../../src/base/random.js';
import { emitDesign, renderImage } from '../../src/verilog/index.js';
import { library } from '../blocks/library.js';
import { withDefaults } from '../equivalence/identity.js';
import { type Case, caseOf, oneInIcarus } from './fuzz-batch.js';
import { lint, type SourceFile } from './tools.js';

/** What is found, and what stands in its place. */
type Fault = readonly [name: string, pattern: RegExp, replacement: string];

/** Only lines that compute: `assign`, `<=`, `if`, conditions; comments and checks of parameters are left alone. */
const faults: readonly Fault[] = [
  ['lost sign', /\$signed\(/, '('],
  ['wrong sign extension', /\$signed\((\w+\[)/, '$unsigned($1'],
  ['missing cast', /= \w+'\((\w+)\) \+/, '= $1 +'],
  ['arithmetic shift made logical', />>>/, '>>'],
  ['== for !=', / != /, ' == '],
  ['!= for ==', / == /, ' != '],
  ['> for >=', / >= /, ' > '],
  ['< for >', / > /, ' < '],
  ['|| for &&', / && /, ' || '],
  ['&& for ||', / \|\| /, ' && '],
  ['lost inversion', /!(\w)/, '$1'],
  // Steps of loops stay: a reader would unroll for ever.
  ['- for +', /^((?!.*for \().*) \+ /, '$1 - '],
  ['+ for -', / - /, ' + '],
  ['+ for *', / \* \$/, ' + $'],
  ['swapped arms', /\? ([^?:;]+) : ([^?:;]+);/, '? $2 : $1;'],
  ['inverted choice', /(= |<= )([^;?]+) \?/, '$1!($2) ?'],
  ['lost enable', /if \((en|accept|fetch|push|pop|load|accumulate)\) /, "if (1'b1) "],
  ['dropped reset', /^ +\w+_q +<= ('0|1'b0);$/, ''],
  ['wrong reset value', /<= 1'b0;/, "<= 1'b1;"],
  ['inverted reset', /if \(!aresetn\)/, 'if (aresetn)'],
  ['_q dropped', /assign (\w+) += (\w+)_q\b/, 'assign $1 = $2'],
  ['part-select one too far', /\[(\w+)\*(\w+) \+: (\w+)\]/, '[$1*$2+1 +: $3]'],
  ['part-select of the neighbour', /= \$?\w*\(?\w+\[(i|j|k)\*/, '= x[0*'],
  ['low part one bit short', /\[(\w+)-1:0\];$/, '[$1-2:0];'],
  ['element of another lane', /\[i\*/, '[(i+1)*'],
  ['inner for outer index', /\(i\*(\w+)\+j\)/, '(j*$1+i)'],
  ['blocking for nonblocking', /^( +\w+_q) +<= (.*);$/, '$1 = $2;'],
  ['loop one short', /(for \(int k = 0; k < \w+)/, '$1 - 1'],
  ['generate loop one short', /(for \(genvar i = 0; i < \w+)/, '$1 - 1'],
  ['condition of a generate inverted', /^( +)if \((\w+) > 1\) begin/, '$1if ($2 <= 1) begin'],
  ['memory written always', /if \((.+)\) (\w+\[\w+\] <= )/, '$2'],
  ['memory one word short', /\[0:(\w+)-1\];/, '[0:$1-2];'],
  ['wrong address', /(\w+)\[tail_q\]/, '$1[head_q]'],
  ['and for or over bits', /\(\|(\w)/, '(&$1'],
  ['first operand twice', /= (\w+_q) ([+-]) \w+;/, '= $1 $2 $1;'],
];

export interface Planted {
  readonly module: string;
  readonly fault: string;
  readonly line: string;
  readonly edit: (text: string) => string;
}

interface Subject {
  readonly one: Case;
  readonly design: Design;
  readonly images: readonly SourceFile[];
  /** The same, by parameter. */
  readonly contents: Readonly<Record<string, Image>>;
}

type Values = Readonly<Record<string, number>>;

/**
 * Modules that together use all of the printer, at values where every part of them works. No counter has 2^k + 1 states:
 * counting down it would have the same period as counting up. A fault that the first values hide may show at the others.
 */
const values: Readonly<Record<string, readonly Values[]>> = {
  fifo: [{ W: 5, DEPTH: 5 }],
  register_slice: [{ W: 7 }],
  upsizer: [
    { W: 5, RATIO: 4, FRAME: 6 },
    { W: 5, RATIO: 4, FRAME: 8 },
  ],
  downsizer: [
    { W: 5, RATIO: 4, FRAME: 6 },
    { W: 5, RATIO: 4, FRAME: 8 },
    { W: 5, RATIO: 4, FRAME: 9 },
  ],
  broadcast: [{ W: 3, N: 3 }],
  matvec_ss: [
    { MH: 8, MW: 12, PE: 2, SIMD: 3, X_W: 4, W_W: 4, P_SHIFT: 1, ACC_W: 16 },
    { MH: 8, MW: 6, PE: 2, SIMD: 3, X_W: 4, W_W: 4, P_SHIFT: 2, ACC_W: 16 },
  ],
  matvec_xnor: [
    { MH: 8, MW: 12, PE: 2, SIMD: 3, X_W: 1, W_W: 1, ACC_W: 16 },
    { MH: 8, MW: 6, PE: 2, SIMD: 3, X_W: 1, W_W: 1, ACC_W: 16 },
  ],
  thresholds_s: [{ PE: 3, FOLDS: 4, LEVELS: 3, X_W: 5, OUT_W: 4, LOWEST: 2 }],
  requantize_s_half_up_wrap: [{ PE: 2, FOLDS: 4, X_W: 6, M_W: 4, A_W: 8, T_W: 15, SHIFT: 7, OUT_W: 5 }],
  requantize_s_to_zero_sat_s: [{ PE: 2, FOLDS: 4, X_W: 6, M_W: 4, A_W: 8, T_W: 15, SHIFT: 3, OUT_W: 4 }],
  argmax_s: [{ N: 12, PE: 3, X_W: 4, OUT_W: 4 }],
  lane_extend_s: [{ N: 2, IN_W: 3, OUT_W: 8 }],
  frame: [{ W: 5, FRAME: 6 }],
};

/** By module; one entry for each set of values. */
export const subjects: ReadonlyMap<string, readonly Subject[]> = new Map(
  Object.entries(values).map(([name, sets], k) => [name, sets.map((set) => subjectOf(name, set, k + 1))]),
);

function subjectOf(name: string, params: Values, seed: number): Subject {
  const { design: soft } = library.find(({ design }) => design.top === name)!;
  const top = withDefaults(soft.modules[name]!, params);
  const design: Design = { top: name, modules: { ...soft.modules, [name]: top } };
  const hard = hardenDesign(design);
  const images: Record<string, Image> = {};
  for (const signal of hard.modules[hard.top]!.signals) {
    if (signal.kind !== 'memory' || signal.image === undefined) continue;
    const random = randomStream(5n, signal.image);
    const width = evalNat(packedWidth(signal.type), {});
    const words = Array.from({ length: evalNat(signal.depth, {}) }, () => random.nextBigInt(width));
    images[signal.image] = { file: `${name}_${signal.image.toLowerCase()}.mem`, width, words };
  }
  const files = Object.values(images).map((image) => ({ name: image.file, text: renderImage(image) }));
  return { one: caseOf(design, seed, 300, { images }, 60), design, images: files, contents: images };
}

/** Every fault at its first two places in the computing part of every subject's text. */
export function plantedFaults(): Planted[] {
  return [...subjects.keys()].flatMap((module) => {
    const { design } = subjects.get(module)![0]!;
    const text = emitDesign(design).find(({ name }) => name === `${module}.sv`)!.text;
    return faults.flatMap(([fault, pattern, replacement]) =>
      sites(text, pattern)
        .slice(0, 2)
        .flatMap((row) => {
          const line = text.split('\n')[row]!;
          const changed = line.replace(pattern, replacement);
          if (changed === line) return [];
          // Texts at other values differ in defaults only.
          const edit = (all: string): string =>
            all
              .split('\n')
              .map((each, k) => (k === row && each === line ? changed : each))
              .join('\n');
          return [{ module, fault, line: line.trim(), edit }];
        }),
    );
  });
}

/** Lines of the body, checks of parameters left out, that match. */
function sites(text: string, pattern: RegExp): number[] {
  const lines = text.split('\n');
  const body = lines.findIndex((line) => line === ');');
  const checks = [lines.indexOf('`ifndef SYNTHESIS'), lines.indexOf('`endif')] as const;
  return lines.flatMap((line, k) => {
    const check = k > checks[0] && k < checks[1];
    const idle = check || line.includes('localparam') || line.trim().startsWith('//');
    return k > body && !idle && !line.includes('unused_') && pattern.test(line) ? [k] : [];
  });
}

/** Why the fault is noticed: values that differ, or what a reader says. Empty when nobody notices. */
export async function verdict({ module, edit }: Pick<Planted, 'module' | 'edit'>): Promise<string> {
  const sets = subjects.get(module)!;
  for (const { one, images } of sets) {
    const said = await oneInIcarus(one, [], edit, images);
    if (said !== '') return said;
  }
  const { design, images } = sets[0]!;
  const files = emitDesign(design).map(({ name, text }) => ({ name, text: edit(text) }));
  return lint([...files, ...images], module, []);
}

/** Faults that change nothing, with the reason. */
export const unseenInText: readonly {
  readonly module: string;
  readonly fault: RegExp;
  readonly line: RegExp;
  readonly reason: string;
}[] = [
  { module: 'fifo', fault: /_q dropped/, line: /level_q/, reason: 'the output level is assigned level_q' },
  {
    module: 'upsizer',
    fault: /lost enable/,
    line: /group_q\[/,
    reason: 'the slot of the next beat is written again when that beat comes, and slots after it are empty',
  },
  { module: 'matvec_xnor', fault: /lost sign/, line: /^sum_q/, reason: 'both sides have SUM_W bits' },
  {
    module: 'matvec_xnor',
    fault: /lost sign|wrong sign extension/,
    line: /^total_q\[/,
    reason: 'sum and both operands have ACC_W bits',
  },
  {
    module: 'requantize_s_half_up_wrap',
    fault: /arithmetic shift/,
    line: /^assign half_less/,
    reason: 'the highest bit is a constant zero',
  },
];

/** Why nobody can notice a fault; undefined for one that must be noticed. */
export const explained = (one: Planted): string | undefined =>
  unseenInText.find(({ module, fault, line }) => module === one.module && fault.test(one.fault) && line.test(one.line))
    ?.reason;
