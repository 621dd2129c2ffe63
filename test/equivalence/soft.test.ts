/**
 * Soft parameters: one text for all values, and at a value the same circuit as the module without parameters. Few values a
 * module here and not every sibling, all of them every night (`test/nightly/equivalence.test.ts`).
 */
import { describe, expect, it } from 'vitest';
import { hardenDesign } from '../../src/circuit/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools } from '../verilog/tools.js';
import { type Subject, subjects } from './corners.js';
import { textAtDefaults, textAtWitness, textOf } from './identity.js';
import { disproof, type Edit } from './prove.js';

/**
 * Proved at night only: what differs from a sibling in signs or rounding alone (of each family some remain here, with every
 * sign and every rounding), and
 * large compositions, whose parts are proved here and which lockstep runs at other values.
 */
const atNight = [
  /^(matvec|depthwise)_(uu|su|ub|sb|bu|xnor_sum)$/,
  /^requantize_s_(floor_relu|half_away_(relu|sat)|half_even|to_zero_sat)/,
  /^requantize_(u_half_up|shift_s_(half_up|half_even|to_zero)|none_s_(floor|half_up|half_away|to_zero))/,
  /^pool_(max_u|sum_s|global_max_s|global_sum_u)$/,
  /^(sample_registers|axi_(read|write)_master|frame_(reader|writer)(_geared)?|list_(reader|writer)|dataflow_control.*)$/,
];
const byDay = subjects.filter(({ name }) => !atNight.some((each) => each.test(name)));

const subject = (name: string): Subject => subjects.find((each) => each.name === name)!;

describe('text at other values', () => {
  it.each(subjects.map(({ name, template, design, corners }) => [name, template, design, corners] as const))(
    'of %s is the same',
    (_, template, design, corners) => {
      const text = textOf(design);
      expect(textAtWitness(template, 1)).toBe(text);
      const plain = textAtDefaults(design, {});
      for (const defaults of corners.slice(1, 2)) expect(textAtDefaults(design, defaults)).toBe(plain);
    },
  );
});

describe('the hard form', () => {
  it('has no number parameter, no localparam and no module of the soft form', () => {
    for (const { name, design, corners } of subjects) {
      const hard = hardenDesign(design, corners[1]);
      expect(Object.keys(hard.modules).filter((module) => module in design.modules)).toEqual([]);
      expect(textOf(hard), name).not.toMatch(/localparam|parameter int/);
    }
  });

  it('has a module for every set of values that children are given', () => {
    const hard = hardenDesign(subject('width_converter').design, {
      ...{ IN_W: 8, OUT_W: 12, UP: 3, DOWN: 2, FRAME_IN: 3, FRAME_OUT: 2 },
    });
    expect(Object.keys(hard.modules).sort()).toEqual([
      'downsizer_W_12_RATIO_2_FRAME_2_hard',
      'upsizer_W_8_RATIO_3_FRAME_3_hard',
      'width_converter_IN_W_8_OUT_W_12_UP_3_DOWN_2_FRAME_IN_3_FRAME_OUT_2_hard',
    ]);
  });

  it('is refused at values that the module refuses', () => {
    const { design } = subject('fifo');
    expect(() => hardenDesign(design, { W: 8, DEPTH: 0 })).toThrow('fifo: DEPTH = 0 is out of range');
    const values = { MH: 5, MW: 6, PE: 2, SIMD: 3, X_W: 4, W_W: 4, ACC_W: 24 };
    expect(() => hardenDesign(subject('matvec_ss').design, values)).toThrow('PE divides MH');
  });
});

describe.skipIf(!haveTools('yosys'))('soft and hard', () => {
  it.each(byDay.map(({ name, design, corners }) => [name, design, corners.slice(1, 2)] as const))(
    '%s are equal at a corner',
    async (_, design, corners) => {
      const said = await Promise.all(corners.map((values) => disproof(design, values)));
      expect(said).toEqual(corners.map(() => ''));
    },
  );

  const slips: readonly (readonly [string, string, Edit])[] = [
    ['fifo', 'a full mark that is one too low', (text) => text.replace("!= LEVEL_W'(DEPTH)", "!= LEVEL_W'(DEPTH-1)")],
    [
      'fifo',
      'a width that was frozen',
      (text) => text.replace('PTR_W   = DEPTH > 1 ? $clog2(DEPTH) : 1', 'PTR_W   = 4'),
    ],
    ['fifo', 'a memory that is too deep', (text) => text.replace('[0:DEPTH-1]', '[0:DEPTH]')],
    ['upsizer', 'a register that is never reset', (text) => text.replace(/^ +\w+_q +<= '0;$/m, '')],
    ['matvec_ss', 'a product of other operands', (text) => text.replace('x_q[j*X_W', 'x_q[0*X_W')],
    ['matvec_ss', 'weights of another row', (text) => text.replace('(i*SIMD+j)*W_W', '(j*SIMD+i)*W_W')],
    [
      'requantize_s_floor_sat_s',
      'the clamp of Yosys 0.23',
      (text) => text.replace(/out_ones >> 1/g, "~(OUT_W'(0)) >> 1"),
    ],
  ];
  it.each(slips)('a proof of %s notices %s', async (name, _, edit) => {
    const { design, corners } = subject(name);
    const soft = emitDesign(design).map((file) => file.text);
    expect(soft.some((text) => edit(text) !== text)).toBe(true);
    const values = corners.find((each) => each['W'] !== 1 && each['SIMD'] !== 1 && each['OUT_W'] !== 1)!;
    expect(await disproof(design, values, edit)).not.toBe('');
  });
});
