/** A test bench in SystemVerilog that plays traces, each to a checker of its own, and prints what each has found. */
import { type StreamParams, rules, signalWidth } from '../../../src/cosim/protocol/index.js';
import { type Scenario, type WireName, type WireValue, wireNames } from './scenarios.js';

function portWidth(name: WireName, params: StreamParams): number {
  if (name === 'aresetn') return 1;
  if (name === 'tkeep' || name === 'tstrb') return Math.max(1, Math.ceil(params.DATA_W / 8));
  return Math.max(1, signalWidth(name, params));
}

function literal(value: WireValue, width: number): string {
  if (value === 'x') return `${width}'bx`;
  return `${width}'d${BigInt.asUintN(width, BigInt(value))}`;
}

/** The bench `tb`. */
export function checkerBench(scenarios: readonly Scenario[]): string {
  const instances = scenarios.map(({ params }, k) => {
    const given = Object.entries(params).map(([name, value]) => `.${name}(${value})`);
    const wires = wireNames.map((name) => ({ name, width: portWidth(name, params) }));
    const declared = wires.map(({ name, width }) => `  logic [${width - 1}:0] w${k}_${name};`);
    const pins = wires.map(({ name }) => `.${name}(w${k}_${name})`).join(', ');
    return `${declared.join('\n')}
  logic [${rules.length - 1}:0] v${k};
  axi4stream_checker #(${given.join(', ')}) u_${k} (.aclk(aclk), ${pins}, .violations(v${k}));`;
  });
  const length = Math.max(...scenarios.map(({ cycles }) => cycles.length));
  const steps = Array.from({ length }, (_, t) => {
    const settings = scenarios.flatMap(({ params, cycles }, k) => {
      const [cycle, earlier] = [cycles[t], cycles[t - 1]];
      if (cycle === undefined) return [];
      const changed = wireNames.filter((name) => cycle[name] !== earlier?.[name]);
      return changed.map((name) => `w${k}_${name} = ${literal(cycle[name], portWidth(name, params))};`);
    });
    return `    ${settings.join(' ')} #1 aclk = 1; #1 aclk = 0;`;
  });
  const results = scenarios.map((_, k) => `    $display("RESULT ${k} %b", v${k});`);
  return `module tb;
  logic aclk = 0;
${instances.join('\n')}
  initial begin
${steps.join('\n')}
${results.join('\n')}
    $finish;
  end
endmodule
`;
}

/** Violated rules per scenario, from what the bench printed. */
export function benchResults(output: string): readonly (readonly string[])[] {
  const found: string[][] = [];
  for (const [, index, bits = ''] of output.matchAll(/RESULT (\d+) ([01xz]+)/g)) {
    found[Number(index)] = rules.filter((_, k) => bits[bits.length - 1 - k] !== '0').map(({ id }) => id);
  }
  return found;
}
