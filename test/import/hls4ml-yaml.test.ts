import { expect, test } from 'vitest';
import { parseFixedType, parseHls4mlYaml } from '../../src/import/hls4ml-yaml.js';

test.each([
  ['ap_fixed<16,6>', { bits: 16, integer: 6, signed: true, rounding: 'floor', overflow: 'wrap' }],
  ['ap_fixed<8,3,AP_RND,AP_SAT>', { bits: 8, integer: 3, rounding: 'half-up', overflow: 'saturate' }],
  ['ap_ufixed<8, 0>', { bits: 8, integer: 0, signed: false }],
  ['fixed<8,3,RND_CONV>', { rounding: 'half-even', overflow: 'wrap' }],
  ['ap_int<5>', { bits: 5, integer: 5, signed: true }],
  ['ap_uint<5>', { bits: 5, integer: 5, signed: false }],
])('%s', (text, expected) => {
  expect(parseFixedType(text)).toMatchObject(expected);
});

test.each([
  'float',
  'ap_fixed<8>',
  'ap_fixed<0,0>',
  'ap_fixed<8,3,AP_XX>',
  'ap_fixed<8,3,AP_RND,AP_SAT,1>',
  'ap_int<4,2>',
  '',
])('"%s" is no type', (text) => {
  expect(parseFixedType(text)).toBeUndefined();
});

test('HLSConfig dialect: the output is cast to input_precision', () => {
  const text = `
input_precision: ap_fixed<8,8>
HLSConfig:
  Model: { Precision: "ap_fixed<32,16>" }
  LayerName:
    in: { Precision: "ap_fixed<7,7>" }
    d: { Precision: { weight: "ap_fixed<11,1>" }, accum_t: "ap_fixed<20,10>" }`;
  const config = parseHls4mlYaml(text, 'x.yml');
  expect(config).toMatchObject({ model: { bits: 32 }, input: { bits: 8 }, output: { bits: 8 }, removeSoftmax: false });
  expect(config.layers.get('in')).toMatchObject({ result: { bits: 7 } });
  expect(config.layers.get('d')).toMatchObject({ weight: { bits: 11 }, accum: { bits: 20 } });
  expect(config.layers.get('d')?.result).toBeUndefined();
});

test('convert dialect: nothing behind the last layer, default fills what is not named', () => {
  const text = `
convert:
  Precision: ap_fixed<8,6>
  RemoveSoftmax: 1
  Override:
    d: { accum_t: "ap_fixed<12,6>", Precision: { weight: "ap_fixed<8,3>", default: "ap_fixed<9,6>" } }`;
  const config = parseHls4mlYaml(text, 'x.yml');
  expect(config.output).toBeUndefined();
  expect(config.removeSoftmax).toBe(true);
  expect(config.layers.get('d')).toMatchObject({
    weight: { bits: 8 },
    bias: { bits: 9 },
    result: { bits: 9 },
    accum: { bits: 12 },
  });
});

test('every unreadable type is listed', () => {
  const text = `HLSConfig: { Model: { Precision: float }, LayerName: { a: { Precision: x }, b: { accum_t: 5 } } }`;
  expect(() => parseHls4mlYaml(text, 'x.yml')).toThrow(/H3010[^]*a\.Precision[^]*H3010[^]*b\.accum_t|H3010[^]*Model/);
});
