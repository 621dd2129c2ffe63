import { describe, expect, it } from 'vitest';
import { bindImages, type Image } from '../../src/circuit/index.js';
import { buildDesign, defineModule, imageParam, input, natParam, output, uint } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { lint } from '../verilog/tools.js';

const Table = defineModule({
  name: 'table',
  doc: 'a read-only memory',
  params: { W: natParam({ default: 8, min: 1, doc: 'bits of a word' }), IMAGE: imageParam('contents') },
  ports: ({ W }) => ({ address: input(uint(3)), data: output(uint(W)) }),
  body(b, io, { W, IMAGE }) {
    const words = b.rom('words', uint(W), 8, IMAGE, {});
    const r = b.regs({ data: uint(W) });
    b.next(r.data, words.read(io.address));
    b.assign(io.data, r.data);
  },
});

const Both = defineModule({
  name: 'both',
  doc: 'two tables of one image',
  params: { IMAGE: imageParam('contents of both') },
  ports: () => ({ address: input(uint(3)), sum: output(uint(9)) }),
  body(b, io, { IMAGE }) {
    const one = b.instance('one', Table, { W: 8, IMAGE }, { address: io.address });
    const two = b.instance('two', Table, { W: 8, IMAGE }, { address: io.address });
    b.assign(io.sum, one.data.add(two.data));
  },
});

const image = (file: string, words: readonly bigint[], width = 8): Image => ({ file, width, words });
const squares = image('squares.mem', [0n, 1n, 4n, 9n, 16n, 25n, 36n, 49n]);
const primes = image('primes.mem', [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n]);
const bits = image('bits.mem', [1n, 0n, 1n, 1n, 0n, 0n, 1n, 0n], 1);

const Top = defineModule({
  name: 'tables',
  doc: 'tables of different contents, one of them through a level',
  params: {},
  ports: () => ({ address: input(uint(3)), a: output(uint(9)), b: output(uint(8)), c: output(uint(1)) }),
  body(b, io) {
    const both = b.instance('both', Both, { IMAGE: squares }, { address: io.address });
    const other = b.instance('other', Table, { W: 8, IMAGE: primes }, { address: io.address });
    const narrow = b.instance('narrow', Table, { W: 1, IMAGE: bits }, { address: io.address });
    b.assign(io.a, both.sum);
    b.assign(io.b, other.data);
    b.assign(io.c, narrow.data);
  },
});

describe('contents of ROMs in the text', () => {
  const design = buildDesign(Top);
  const bound = bindImages(design);

  it('one module for each image, none reads a file', () => {
    expect(Object.keys(bound.modules).sort()).toEqual([
      'both_squares',
      'table_bits',
      'table_primes',
      'table_squares',
      'tables',
    ]);
    const files = emitDesign(bound);
    expect(files.map(({ text }) => /readmem|IMAGE/.test(text))).toEqual(files.map(() => false));
    const text = files.find(({ name }) => name === 'table_primes.sv')?.text ?? '';
    expect(text).toContain("32'd4: words_at = 8'h0b;");
    expect(text).toContain("data_q <= words_at(32'(address));");
  });

  it('computes what the design with files computes', () => {
    const [files, text] = [design, bound].map((each) => compile(elaborate(each)));
    if (files === undefined || text === undefined) throw new Error('two simulations');
    for (let address = 0n; address < 8n; address++) {
      const words = [files, text].map((sim) => {
        sim.poke('address', address);
        sim.settle();
        sim.tick();
        sim.settle();
        return ['a', 'b', 'c'].map((name) => sim.peek(name));
      });
      expect(words[1]).toEqual(words[0]);
      expect(words[0]?.[1]).toBe(primes.words[Number(address)]);
    }
  });

  it('is clean in Verilator, Yosys and Icarus', async () => {
    expect(await lint(emitDesign(bound), 'tables', [])).toBe('');
  });

  it('a ROM without contents is an error, not an empty ROM', () => {
    expect(() => bindImages(buildDesign(Both))).toThrow('words has no contents, nothing gives IMAGE');
    expect(Object.keys(bindImages(buildDesign(Both), { IMAGE: primes }).modules)).toContain('table_primes');
  });
});
