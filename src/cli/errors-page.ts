/** The text of `docs/errors.md`, made of the explanations of all rooms; `heddle explain all` prints it. */
import { allExplanations, exampleOf } from './errors.js';

const introduction = `# Numbered errors

Every problem that Heddle tells has a code that never changes its meaning, one sentence, the places it is about and what
to do. \`npm run -s heddle -- explain H2103\` prints the long form; \`explain all\` prints this page.

\`\`\`
error H2103  dense_1: PE 7 does not divide 64 outputs
  --> folding.json:4  "dense_1": { "PE": 7, "SIMD": 8 }
  legal PE: 1 2 4 8 16 32 64        explain: npm run -s heddle -- explain H2103
\`\`\`

The exit code says how it ended: 0 done and equal, 1 everything was legal but it failed or differed, 2 the command line or
a user's file is wrong, 3 a tool is missing. All problems of one input are told together.

| codes | room | about |
|---|---|---|
| H0001 to H0009 | \`cli\` | options and arguments of the command line |
| H0010 to H0099 | \`base\` | files and directories that are written |
| H1001 to H1099 | \`hdl\` | hardware written with the construction kit |
| H1101 to H1199 | \`circuit\`, \`simulator\`, \`verilog\` | finished circuits on their way into a simulator or into text |
| H2001 to H2099 | \`build\` | steps, goals, output directories |
| H2101 to H2199 | \`dataflow\` | folding, widths, FIFOs |
| H2201 to H2299 | \`engine\` | engine parameters, mapping, headers |
| H3001 to H3029 | \`import\`, \`base/npy\` | model files, hls4ml YAML, arrays |
| H3030 to H3059 | \`network\` | what a network asks for that has no exact integer form |
| H4001 to H4099 | \`build\` | what differed between reference, model, simulator and Verilator |
| H5001 to H5009 | \`base/tools\` | external programs that are missing |
| H5010 to H5089 | \`cosim\` | Verilator's own complaints, stall patterns, regression seeds |
| H5091 to H5094 | \`.ci/setup.mjs\` | getting a checkout ready |
`;

const sections: readonly (readonly [digit: string, title: string])[] = [
  ['0', 'Command line and files'],
  ['1', 'Construction kit, circuit, simulator, text'],
  ['2', 'Plans'],
  ['3', 'Import, network, numerics'],
  ['4', 'Differences'],
  ['5', 'Environment and tools'],
];

function exampleBlock(code: string): string {
  const example = exampleOf(code);
  return example === undefined ? '' : `\n${`\`\`\`ts\n${example}\n\`\`\``.replace(/^/gm, '  ')}\n\n`;
}

export function errorsPage(): string {
  const all = [...allExplanations()];
  const parts = sections.map(([digit, title]) => {
    const lines = all
      .filter(([code]) => code[1] === digit)
      .map(([code, text]) => `- **${code}** ${text}\n${exampleBlock(code)}`);
    return `\n## H${digit}xxx ${title}\n\n${lines.join('')}`;
  });
  return introduction + parts.join('');
}
