/** The registry of library blocks: complete, buildable, honest about parameters. */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { registeredBlock, registeredBlocks } from '../../src/build/block-registry.js';
import { emitBlock, listBlocks } from '../../src/build/emit-block.js';
import { exampleImages, libraryInstance } from '../../src/build/library-block.js';
import { hardenDesign } from '../../src/circuit/index.js';
import { createSimulation } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { library } from '../blocks/library.js';

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof HeddleError) return error.diagnostics.map(({ code, message }) => `${code} ${message}`);
    throw error;
  }
  return [];
};

describe('the registry', () => {
  // A block that is new in test/blocks/library.ts also goes into src/build/block-registry.ts.
  it('has every module of the library under its own name', () => {
    for (const { design } of library) {
      const block = registeredBlock(design.top);
      expect(block && emitDesign(block.build()), design.top).toEqual(emitDesign(design));
    }
    expect(new Set(registeredBlocks.map(({ name }) => name)).size).toBe(registeredBlocks.length);
  });

  it.each(
    registeredBlocks.filter(({ name }) => !name.startsWith('requantize_u')).map((each) => [each.name, each] as const),
  )('%s is legal at its defaults and at its example, and is simulated there', (name, block) => {
    const design = block.build();
    expect(design.top).toBe(name);
    const params = design.modules[name]!.params.filter(({ kind }) => kind === 'nat').map((each) => each.name);
    expect(Object.keys(block.example)).toEqual(params);
    expect(() => hardenDesign(design)).not.toThrow();
    const instance = libraryInstance(name, block.example);
    expect(instance.params).toEqual(block.example);
    const simulation = createSimulation(instance.design, { images: exampleImages(instance) });
    simulation.tick();
  });

  it('lists families with their defaults', () => {
    const families = listBlocks();
    expect(families.flatMap(({ names }) => names)).toEqual(registeredBlocks.map(({ name }) => name));
    for (const { summary, params } of families) expect([summary, params]).not.toContain('');
    expect(families.find(({ family }) => family === 'fifo')).toEqual({
      family: 'fifo',
      names: ['fifo'],
      summary: 'first-word-fall-through FIFO of any depth, not only powers of two',
      params: ['W=8', 'DEPTH=16'],
    });
  });
});

describe('values of parameters', () => {
  it('become defaults of a text that is otherwise the same', () => {
    const [plain] = emitBlock('fifo').sources;
    const [set] = emitBlock('fifo', { DEPTH: '5' }).sources;
    expect(set?.text).toBe(plain?.text.replace('DEPTH = 16', 'DEPTH = 5'));
  });

  it('reach the children of a composed block through its instances', () => {
    const names = emitBlock('width_converter', { IN_W: 4, OUT_W: 6 }).sources.map(({ name }) => name);
    expect(names).toEqual(['upsizer.sv', 'downsizer.sv', 'width_converter.sv']);
  });

  it('are judged all at once', () => {
    const given = { MH: 0, PEE: 2, ACC_W: '1.5', WEIGHTS: 'w.mem', SIMD: 4 };
    expect(problemsOf(() => libraryInstance('matvec_ss', given))).toEqual([
      'H1102 matvec_ss: MH = 0 is not a whole number from 1 up',
      "H1102 matvec_ss: there is no parameter 'PEE'; did you mean PE?",
      'H1102 matvec_ss: ACC_W = 1.5 is not a whole number from 1 up',
      'H1102 matvec_ss: WEIGHTS is a memory image, not a number',
    ]);
    expect(problemsOf(() => libraryInstance('matvec_ss', { MH: 5, ACC_W: 3 }))).toEqual([
      'H1103 matvec_ss: PE divides MH: MH % PE == 0 does not hold',
      'H1103 matvec_ss: a sum holds one beat: ACC_W >= X_W + W_W - P_SHIFT + clog2(SIMD) does not hold',
    ]);
  });

  it('of a block that is not there meet the names that are near', () => {
    expect(() => libraryInstance('mavtec_ss')).toThrow('did you mean matvec_ss');
    expect(problemsOf(() => libraryInstance('nothing like it'))).toEqual([
      'H2010 nothing like it: the library has no such block',
    ]);
  });
});

it('example memories have the shape that the text reads', () => {
  const { block, sources, memories } = emitBlock('matvec_ss', { MH: 4, MW: 6, PE: 2, SIMD: 3, W_W: 5 });
  const [memory] = memories();
  expect(memory?.file.name).toBe('matvec_ss_weights.mem');
  expect(sources[0]?.text).toContain('$readmemh(WEIGHTS, weights)');
  expect(memory?.file.text.trim().split('\n')).toHaveLength(4);
  expect(exampleImages(block)['WEIGHTS']).toMatchObject({ width: 30 });
  expect(exampleImages(block)).toEqual(exampleImages(block));
});
