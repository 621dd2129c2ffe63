/**
 * `sim/axi4stream_checker.sv` from the table of rules: plain clocked checks without concurrent assertions, so that
 * Verilator, Icarus and Yosys read the same file. `npm run generate:checker` writes it.
 */
import { type Rule, type When, rules, states } from './rules.js';
import type { ByteMask, ParamName, SignalName, Term } from './term.js';

const paramDocs: Readonly<Record<ParamName, readonly [number, string]>> = {
  DATA_W: [32, 'bits of tdata, 0: the stream has none'],
  KEEP: [0, '1: the stream has tkeep'],
  STRB: [0, '1: the stream has tstrb'],
  LAST: [1, '1: the stream has tlast'],
  ID_W: [0, 'bits of tid, 0: none'],
  DEST_W: [0, 'bits of tdest, 0: none'],
  USER_W: [0, 'bits of tuser, 0: none'],
  MAX_WAIT: [0, 'cycles that tready may stay low under tvalid, 0: for ever'],
  PACKET: [0, 'promised beats of a packet, 0: no promise'],
  TRACK_W: [0, 'low bits of {tid, tdest} that tell unfinished packets apart, 0 .. 10'],
};

const gates: Readonly<Record<When, string>> = {
  built: '!begun_q',
  reset: 'was_reset_q',
  running: 'aresetn',
  followed: 'aresetn && was_running_q',
  held: 'aresetn && was_held_q',
  offered: 'aresetn && tvalid',
  moved: 'aresetn && tvalid && tready',
  end: 'aresetn && eos',
};

/** Payload wires with the parameter or constant that gives their width. */
const payload: readonly (readonly [SignalName, string])[] = [
  ['tdata', 'DATA_W > 0 ? DATA_W : 1'],
  ['tkeep', 'DATA_W > 8 ? (DATA_W + 7) / 8 : 1'],
  ['tstrb', 'DATA_W > 8 ? (DATA_W + 7) / 8 : 1'],
  ['tlast', ''],
  ['tid', 'ID_W > 0 ? ID_W : 1'],
  ['tdest', 'DEST_W > 0 ? DEST_W : 1'],
  ['tuser', 'USER_W > 0 ? USER_W : 1'],
];

const maskNet = ({ op, signal }: ByteMask): string => `${signal}${op === 'before' ? '_was' : ''}_bits`;

function text(term: Term): string {
  switch (term.op) {
    case 'lit':
      return String(term.value);
    case 'param':
      return term.name;
    case 'now':
      return term.signal;
    case 'before':
      return `${term.signal}_q`;
    case 'state':
      return `${term.name}_q`;
    case 'not':
      return `!${text(term.a)}`;
    case 'and':
      return `(${text(term.a)} && ${text(term.b)})`;
    case 'or':
      return `(${text(term.a)} || ${text(term.b)})`;
    case 'eq':
      return `(${text(term.a)} == ${text(term.b)})`;
    case 'ne':
      return `(${text(term.a)} != ${text(term.b)})`;
    case 'gt':
      return `(${text(term.a)} > ${text(term.b)})`;
    case 'add':
      return `(${text(term.a)} + ${text(term.b)})`;
    case 'mux':
      return `(${text(term.cond)} ? ${text(term.a)} : ${text(term.b)})`;
    case 'any':
      return `(|${text(term.a)})`;
    case 'xor':
      return `(${text(term.a)} ^ ${text(term.b)})`;
    case 'minus':
      return `(${text(term.a)} & ~${text(term.b)})`;
    case 'onBytes':
      return `(${text(term.a)} & ${maskNet(term.bytes)})`;
    case 'unknown':
      return `((^${text(term.a)}) === 1'bx)`;
    case 'mark':
      return `(${text(term.value)} ? (open_q | stream_bit) : (open_q & ~stream_bit))`;
  }
}

/** Without the parentheses around the whole. */
const bare = (term: Term): string =>
  text(term).replace(/^\((.*)\)$/s, (whole, inner: string) => (balanced(inner) ? inner : whole));

function balanced(inner: string): boolean {
  let depth = 0;
  for (const c of inner) {
    if (c === '(') depth++;
    if (c === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

const conjuncts = (term: Term): readonly Term[] =>
  term.op === 'and' ? [...conjuncts(term.a), ...conjuncts(term.b)] : [term];

const isAlways = (term: Term): boolean => term.op === 'eq' && term.a.op === 'lit' && term.b.op === 'lit';

function ruleLines(rule: Rule, index: number): string[] {
  const exists = isAlways(rule.exists) ? [] : conjuncts(rule.exists).map(text);
  const condition = [...exists, gates[rule.when], ...conjuncts(rule.broken).map(text)].join(' && ');
  return [`  // ${rule.id} (${rule.source})`, `  //   ${rule.sentence}`, `  assign broken[${index}] = ${condition};`];
}

function reportLines(rule: Rule, index: number): string[] {
  return [
    `    if (broken[${index}] && !violations_q[${index}]) begin`,
    `      $display("%0t %m: ${rule.id}:", $time);`,
    `      $display("    ${rule.sentence}");`,
    '    end',
  ];
}

function maskLines(net: string, value: string, enable: string): string[] {
  return [
    `  logic [DATA_P-1:0] ${net};`,
    `  for (genvar i = 0; i < DATA_P; i = i + 1) begin : g_${net}`,
    `    assign ${net}[i] = (${enable} == 0) || (${value}[i / 8] === 1'b1);`,
    '  end',
  ];
}

/** The whole file. */
export function checkerText(): string {
  const count = rules.length;
  const params = Object.entries(paramDocs).map(([name, [value, doc]], k, all) => {
    const declaration = `parameter int ${name} = ${value}${k < all.length - 1 ? ',' : ''}`;
    return `  ${declaration.padEnd(30)} // ${doc}`;
  });
  const ports = payload.map(([name, width]) =>
    width === '' ? `  input  wire logic ${name},` : `  input  wire logic [(${width})-1:0] ${name},`,
  );
  const stateLines = states.flatMap(({ name, meaning, next }) => [
    `      // ${meaning}`,
    `      ${name}_q <= ${bare(next)};`,
  ]);
  return `${[
    '// AXI4-Stream protocol checker: every rule of one stream, watched at every clock edge',
    '//',
    '// Written by `npm run generate:checker` from src/cosim/protocol/rules.ts; do not edit. One bit of `violations` per',
    '// rule, sticky, and a message at the first violation of each. Instantiate it beside a stream, or bind it where the',
    '// tool can (sim/axi4stream_bind.sv; Icarus 11 cannot). Tie inputs that the stream lacks to a constant. Raise eos when',
    '// everything should have arrived. Rules about X need a four-state simulator; in Verilator they never fire.',
    '`default_nettype none',
    'module axi4stream_checker #(',
    ...params,
    ') (',
    '  input  wire logic aclk,',
    '  input  wire logic aresetn,',
    '  input  wire logic tvalid,',
    '  input  wire logic tready,',
    ...ports,
    '  input  wire logic eos,',
    `  output logic [${count - 1}:0] violations`,
    ');',
    '  localparam int DATA_P = DATA_W > 0 ? DATA_W : 1;',
    '  localparam int OPEN_W = 1 << TRACK_W;',
    '',
    "  logic begun_q = 1'b0;",
    "  logic was_reset_q = 1'b0;",
    "  logic was_running_q = 1'b0; // the cycle before was out of reset",
    "  logic was_held_q = 1'b0; // and a beat was on offer in it and not taken",
    ...payload.map(([name, width]) => (width === '' ? `  logic ${name}_q;` : `  logic [(${width})-1:0] ${name}_q;`)),
    '  int wait_q = 0;',
    '  int beat_q = 0;',
    "  logic [OPEN_W-1:0] open_q = '0;",
    `  logic [${count - 1}:0] broken;`,
    `  logic [${count - 1}:0] violations_q = '0;`,
    '',
    '  // tdata bits that the byte qualifiers select',
    ...maskLines('tkeep_bits', 'tkeep', 'KEEP'),
    ...maskLines('tstrb_bits', 'tstrb', 'STRB'),
    ...maskLines('tkeep_was_bits', 'tkeep_q', 'KEEP'),
    '',
    '  // bit of open_q for the packet of this beat',
    '  logic [31:0] stream_id;',
    '  logic [OPEN_W-1:0] stream_bit;',
    '  if (ID_W > 0 && DEST_W > 0) begin : g_both',
    "    assign stream_id = 32'({tid, tdest});",
    '  end else if (ID_W > 0) begin : g_id',
    "    assign stream_id = 32'(tid);",
    '  end else if (DEST_W > 0) begin : g_dest',
    "    assign stream_id = 32'(tdest);",
    '  end else begin : g_neither',
    "    assign stream_id = '0;",
    '  end',
    "  assign stream_bit = OPEN_W'(1) << (stream_id & (OPEN_W - 1));",
    '',
    ...rules.flatMap(ruleLines),
    '',
    '  always @(posedge aclk) begin',
    "    begun_q <= 1'b1;",
    '    was_reset_q <= !aresetn;',
    '    was_running_q <= aresetn;',
    '    was_held_q <= aresetn && tvalid && !tready;',
    ...payload.map(([name]) => `    ${name}_q <= ${name};`),
    '    if (!aresetn) begin',
    '      wait_q <= 0;',
    '      beat_q <= 0;',
    "      open_q <= '0;",
    '    end else begin',
    ...stateLines,
    '    end',
    '  end',
    '',
    '`ifndef YOSYS',
    '  always @(posedge aclk) begin',
    ...rules.flatMap(reportLines),
    '  end',
    '`endif',
    `  for (genvar k = 0; k < ${count}; k = k + 1) begin : g_sticky`,
    '    always @(posedge aclk) begin',
    '      if (broken[k]) begin',
    "        violations_q[k] <= 1'b1;",
    '      end',
    '    end',
    '  end',
    '  assign violations = violations_q;',
    'endmodule',
    '`default_nettype wire',
  ].join('\n')}\n`;
}
