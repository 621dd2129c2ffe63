/** A processing element of one's own: an approximate multiplier in Verilog, simulated by a function, in the array and in the core. */
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import { externalModules } from '../../../src/circuit/index.js';
import { skipWithoutVerilator } from '../../../src/cosim/verilator-available.js';
import { ArrayModel } from '../../../src/engine/model/array.js';
import { makeArray } from '../../../src/engine/rtl/array.js';
import { plainColumns } from '../../../src/engine/rtl/column-kind.js';
import { engineCore } from '../../../src/engine/rtl/engine.js';
import { EnginePe } from '../../../src/engine/rtl/pe.js';
import { definePe, PE_LATENCY } from '../../../src/engine/rtl/user-pe.js';
import { Engine } from '../../../src/engine/config.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { emitDesign } from '../../../src/verilog/index.js';
import { haveTools, lint } from '../../verilog/tools.js';
import { expectPortsAgree } from './ports-bench.js';

/** The product without its lowest four bits. */
const coarse = (x: bigint, w: bigint): bigint => (x * w) & ~15n;

const spec = {
  name: 'coarse_pe',
  doc: 'processing element whose products have zeros in their lowest four bits',
  latency: PE_LATENCY,
  source: 'coarse_pe.sv',
  product: coarse,
};
const CoarsePe = definePe(spec);

const text = `module coarse_pe #(
  parameter int X_W = 8,
  parameter int W_W = 8,
  parameter int ACC_W = 32
) (
  input  logic                  aclk,
  input  logic                  first,
  input  logic                  load,
  input  logic signed [X_W-1:0] x,
  input  logic signed [W_W-1:0] w,
  input  logic [ACC_W-1:0]      shadow_in,
  output logic [ACC_W-1:0]      shadow
);
  logic signed [X_W+W_W-1:0] product;
  logic signed [X_W+W_W-5:0] product_q;
  logic signed [ACC_W-1:0] sum_q;
  assign product = x * w;
  always_ff @(posedge aclk) begin
    product_q <= product[X_W+W_W-1:4];
    sum_q <= (first ? ACC_W'(0) : sum_q) + (ACC_W'(product_q) <<< 4);
    shadow <= load ? sum_q : shadow_in;
  end
  logic unused;
  assign unused = &{1'b0, product[3:0]};
endmodule
`;
const files = [{ name: 'coarse_pe.sv', text }];
const shape = { P: 2, G: 1, M: 2, D: 1, XG: 2, X_W: 8, W_W: 8, ACC_W: 24 };
const design = buildDesign(makeArray(plainColumns(CoarsePe)));

describe('definePe', () => {
  it.skipIf(skipWithoutVerilator())('is in the array what its function says, and so is its Verilog', async () => {
    let left = 0;
    const seen = await expectPortsAgree({
      ...{ design, params: shape, verilator: true, files, cycles: 300, resets: [0] },
      model: () => new ArrayModel(shape, coarse),
      drive: (random: RandomStream, cycle: number) => {
        if (cycle === 0) return { valid: 0n };
        const first = left === 0;
        left = first ? 2 + random.nextInt(4) : left - 1;
        return {
          ...{ valid: 1n, first: first ? 1n : 0n, last: left === 0 ? 1n : 0n, groups: 2n },
          ...{ x: random.nextBigInt(16), w: random.nextBigInt(16) },
        };
      },
    });
    expect(seen.filter(({ drain_valid }) => drain_valid === 1n).length).toBeGreaterThan(60);
  });

  it('is an instance in the text, and names its file', async () => {
    const emitted = emitDesign(design);
    expect(emitted.map(({ name }) => name)).not.toContain('engine_pe.sv');
    expect(emitted.find(({ name }) => name === 'engine_column.sv')?.text).toContain('coarse_pe #(');
    expect(externalModules(design)).toEqual([
      expect.objectContaining({ name: 'coarse_pe', source: 'coarse_pe.sv', clocked: true }),
    ]);
    if (haveTools('verilator', 'yosys', 'iverilog'))
      expect(await lint([...emitted, ...files], 'engine_array', [shape])).toBe('');
  });

  it('has the latency that the engine counts with', () => {
    expect(() => definePe({ ...spec, latency: 3 })).toThrow(/3 cycles/);
  });

  it('goes into the core, where two pixels do not share a multiplier', () => {
    const engine = new Engine({ P: 2, G: 1, M: 2, D: 1 });
    expect(externalModules(buildDesign(engineCore(engine, { pe: CoarsePe })))).toHaveLength(1);
    expect(() => engineCore(new Engine({ P: 2, G: 1, M: 2, D: 1, PACK: 1 }), { pe: CoarsePe })).toThrow(/PACK/);
    expect(engineCore(engine, { pe: EnginePe }).name).toBe('engine_core_dw');
  });
});
