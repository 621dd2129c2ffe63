/** Styles of layers: read from folding files, kept by plans, attributes in the text, counted by the estimates. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { imageFiles } from '../../src/verilog/images.js';
import { loadModel } from '../../src/build/load-model.js';
import type { Chain, ChainModule } from '../../src/dataflow/chain.js';
import { inputStream, lineNode, outputWidth } from '../../src/dataflow/chain-streams.js';
import { readFolding } from '../../src/dataflow/folding-file.js';
import { generateChain } from '../../src/dataflow/generate.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import type { LayerStyles } from '../../src/dataflow/layer-styles.js';
import { withStyles } from '../../src/dataflow/styles.js';
import { placeWeights, type WeightMode } from '../../src/dataflow/weights/place-weights.js';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';

const { loaded } = await loadModel({ model: join('vectors', 'digits', 'digits_w4a4.onnx') });
const network = loaded.stageNetwork;

const words = (depth: number, width: number) =>
  Array.from({ length: depth }, (_, k) => BigInt.asUintN(width, BigInt(k) * 0x9e3779b97f4a7c15n));

function chainOf(module: ChainModule, bits: number, beats: number): Chain {
  const port = (width: number, count: number) => ({
    bits: width,
    lanes: 1,
    laneBits: width,
    elements: count,
    beats: count,
  });
  const nodes = [lineNode(module, 'dut', 'layer', inputStream)];
  return { name: 'top', input: port(bits, beats), nodes, output: port(outputWidth(module), 1) };
}

const matvec: ChainModule = {
  kind: 'matvec',
  arithmetic: 'us',
  params: { MH: 2, MW: 4, PE: 1, SIMD: 2, X_W: 4, W_W: 5, ACC_W: 12 },
  images: { WEIGHTS: { file: 'w.mem', width: 10, words: words(4, 10) } },
};
const depthwise: ChainModule = {
  kind: 'depthwise',
  arithmetic: 'ss',
  params: { PE: 2, FOLDS: 2, K: 3, X_W: 4, W_W: 4, ACC_W: 12 },
  images: { WEIGHTS: { file: 'w.mem', width: 8, words: words(6, 8) } },
};
const square = { H: 5, W: 5, FOLDS: 1, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PB: 1, PL: 1, PR: 1 };
const patches: ChainModule = { kind: 'patch_window', params: { ...square, SIMD: 2, X_W: 4, PAD: 0 } };

/** Declarations with attributes, by module. */
async function attributes(chain: Chain, layer: LayerStyles): Promise<readonly string[]> {
  const design = generateChain(withStyles(chain, { layer }));
  const files = emitDesign(design);
  if (haveTools('verilator', 'yosys', 'iverilog')) {
    expect(await lint([...files, ...imageFiles(design)], design.top, [])).toBe('');
  }
  return files.flatMap(({ name, text }) =>
    [...text.matchAll(/\(\* (.*) \*\) logic.*? (\w+)(?: \[0:.*)?;/g)].map(
      ([, what, signal]) => `${name} ${signal} ${what}`,
    ),
  );
}

const placed = (mode: WeightMode): Chain => placeWeights(chainOf(matvec, 8, 2), { layer: mode });

describe('the text', () => {
  it.each<[string, Chain, LayerStyles, readonly string[]]>([
    ['nothing', chainOf(matvec, 8, 2), { mult_style: 'auto', ram_style: 'auto' }, []],
    ['lut', chainOf(matvec, 8, 2), { mult_style: 'lut' }, ['matvec_us_lut.sv product_q use_dsp = "no"']],
    [
      'dsp block',
      chainOf(matvec, 8, 2),
      { mult_style: 'dsp', ram_style: 'block' },
      ['matvec_us_dsp_block.sv product_q use_dsp = "yes"', 'matvec_us_dsp_block.sv weights rom_style = "block"'],
    ],
    [
      'depthwise',
      chainOf(depthwise, 8, 6),
      { mult_style: 'lut', ram_style: 'distributed' },
      [
        'depthwise_ss_lut_distributed.sv part_q use_dsp = "no"',
        'depthwise_ss_lut_distributed.sv weights rom_block = "logic", rom_style = "distributed"',
      ],
    ],
    [
      'window',
      chainOf(patches, 8, 25),
      { window_ram_style: 'ultra', ram_style: 'block' },
      ['sliding_window_patches_ultra.sv store ram_style = "ultra"'],
    ],
    ['streamer', placed('stream'), { ram_style: 'block' }, ['weight_streamer_block.sv weights rom_style = "block"']],
    [
      'programmable',
      placed('programmable'),
      { mult_style: 'lut', ram_style: 'block' },
      [
        'matvec_us_mapped_lut.sv product_q use_dsp = "no"',
        'weight_store_block.sv bank_0 ram_style = "block"',
        'weight_store_block.sv bank_1 ram_style = "block"',
      ],
    ],
    [
      'programmable stream',
      placed('programmable_stream'),
      { ram_style: 'distributed' },
      [
        'weight_store_distributed.sv bank_0 ram_style = "distributed"',
        'weight_store_distributed.sv bank_1 ram_style = "distributed"',
      ],
    ],
  ])('%s', { timeout: 60_000 }, async (_, chain, layer, expected) => {
    expect([...(await attributes(chain, layer))].sort()).toEqual([...expected].sort());
  });
});

describe('a folding file', () => {
  const pair = { PE: 1, SIMD: 4 };
  const read = (layer: object) => readFolding(JSON.stringify({ dense_1: { ...pair, ...layer } }), network);

  it("has styles under our keys, and FINN's resType", () => {
    expect(read({ mult_style: 'lut', window_ram_style: 'block' })).toEqual({
      dense_1: { ...pair, mult_style: 'lut', window_ram_style: 'block' },
    });
    const finn = JSON.stringify({ MVAU_hls_1: { ...pair, resType: 'dsp', ram_style: 'distributed' } });
    expect(readFolding(finn, network)).toEqual({ dense_1: { ...pair, mult_style: 'dsp', ram_style: 'distributed' } });
  });

  it.each([
    [{ mult_style: 'fabric' }, 'mult_style "fabric" is not one of auto lut dsp'],
    [{ resType: 3 }, 'resType 3 is not one of auto lut dsp'],
    [{ ram_style: 'huge' }, 'ram_style "huge" is not one of auto block distributed ultra'],
    [{ ram_style: 'ultra' }, 'UltraRAM has no contents at the start'],
  ])('%j is refused', (layer, message) => {
    try {
      read(layer);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(HeddleError);
      expect((error as HeddleError).diagnostics[0]).toMatchObject({ code: 'H2104' });
      expect((error as HeddleError).message).toContain(message);
    }
  });
});

it('moves the products of a layer in plan and estimate', () => {
  const counts = (mult_style: 'auto' | 'lut' | 'dsp') => {
    const folding = {
      dense_0: { PE: 1, SIMD: 8 },
      dense_1: { PE: 1, SIMD: 4, mult_style },
      dense_2: { PE: 1, SIMD: 4 },
    };
    const plan = planNetwork(network, { folding, portBits: 64 });
    expect(plan.folding['dense_1']).toMatchObject({ mult_style });
    return chainResources(plan.chain).stages.get('dense_1')!;
  };
  const [auto, lut, dsp] = [counts('auto'), counts('lut'), counts('dsp')];
  expect(auto.dsp).toBe(4);
  expect(lut.dsp).toBe(0);
  expect(lut.lut).toBeGreaterThan(auto.lut + 4 * 20);
  expect(dsp).toEqual(auto);
});
