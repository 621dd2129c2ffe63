/** Prints an output tree: aligns columns, breaks long lines, remembers where each line comes from. Decides nothing else. */
import { COLUMNS, flat, padColumn, wrapProse } from './layout.js';
import { Lines, type MappedLine } from './lines.js';
import { printCompact, printExpr } from './print-expr.js';
import { printRom } from './print-rom.js';
import { printStatements } from './print-statements.js';
import type { SvConnection, SvDeclaration, SvItem, SvModule, SvPort, SvType } from './tree.js';

export function printModule(module: SvModule): { readonly text: string; readonly map: readonly MappedLine[] } {
  const out = new Lines();
  for (const line of module.header) out.add(0, line === '' ? '//' : `// ${line}`);
  out.add(0, '`default_nettype none');
  printHead(out, module);
  out.blank();
  printItems(out, module.items, 2);
  out.blank();
  out.add(0, 'endmodule');
  out.add(0, '`default_nettype wire');
  return { text: `${out.lines.join('\n')}\n`, map: out.map };
}

function printHead(out: Lines, module: SvModule): void {
  const { name, parameters, ports, place } = module;
  if (parameters.length === 0) out.add(0, ports.length === 0 ? `module ${name};` : `module ${name} (`, place);
  else {
    out.add(0, `module ${name} #(`, place);
    const types = padColumn(parameters.map(({ integer }) => (integer ? 'parameter int' : 'parameter')));
    const names = padColumn(parameters.map((each) => each.name));
    parameters.forEach((each, k) => {
      out.add(2, `${types[k]} ${names[k]} = ${each.default}${k === parameters.length - 1 ? '' : ','}`);
    });
    out.add(0, ports.length === 0 ? ');' : ') (');
  }
  if (ports.length > 0) {
    printPorts(out, ports);
    out.add(0, ');');
  }
}

function printPorts(out: Lines, ports: readonly SvPort[]): void {
  const types = padColumn(ports.map((port) => typeText(port.type)));
  const rows = ports.map(
    (port, k) => `${port.dir.padEnd(6)} ${types[k]} ${port.name}${k === ports.length - 1 ? '' : ','}`,
  );
  commented(
    rows,
    ports.map((port) => port.doc),
    2,
  ).forEach((lines, k) => {
    if (ports[k]!.gap) out.blank();
    lines.forEach((line, n) => out.add(2, line, n === lines.length - 1 ? ports[k]!.place : undefined));
  });
}

export function typeText(type: SvType): string {
  return type.width === undefined ? type.keyword : `${type.keyword} ${rangeText(type.width)}`;
}

/** `[W-1:0]` for `W` bits. */
function rangeText(width: NonNullable<SvType['width']>): string {
  return `[${lastText(width)}:0]`;
}

/** The last of `count` places, literals joined: `W+1` places end at `W`. */
function lastText(count: NonNullable<SvType['width']>): string {
  if (count.sv === 'text' && /^\d+$/.test(count.text)) return String(Number(count.text) - 1);
  if (count.sv === 'binary' && (count.fn === '+' || count.fn === '-')) {
    const { a, b } = count;
    if (b.sv === 'text' && /^\d+$/.test(b.text)) {
      const rest = (count.fn === '+' ? 1 : -1) * Number(b.text) - 1;
      if (rest === 0) return a.sv === 'cond' ? `(${printCompact(a)})` : printCompact(a);
      return printCompact({
        sv: 'binary',
        fn: rest > 0 ? '+' : '-',
        a,
        b: { sv: 'text', text: String(Math.abs(rest)) },
      });
    }
  }
  return printCompact({ sv: 'binary', fn: '-', a: count, b: { sv: 'text', text: '1' } });
}

/** Rows with their comments in one column behind them, or above where the line would get too long. */
function commented(rows: readonly string[], docs: readonly (string | undefined)[], indent: number): string[][] {
  const documented = rows.filter((_, k) => docs[k] !== undefined);
  const column = Math.max(0, ...documented.map((row) => row.length)) + 2;
  return rows.map((row, k) => {
    const doc = docs[k];
    if (doc === undefined) return [row];
    const line = `${row.padEnd(column)}// ${doc}`;
    if (indent + line.length <= COLUMNS) return [line];
    return [...wrapProse(doc, COLUMNS - indent - 3).map((part) => `// ${part}`), row];
  });
}

function printDeclarations(out: Lines, rows: readonly SvDeclaration[], indent: number): void {
  const types = padColumn(
    rows.map((row) => `${row.attribute === undefined ? '' : `(* ${row.attribute} *) `}${typeText(row.type)}`),
  );
  const texts = rows.map((row, k) => {
    const depth = row.depth === undefined ? '' : ` [0:${lastText(row.depth)}]`;
    const pragma = row.pragma === undefined ? '' : ` /* ${row.pragma} */`;
    return `${types[k]} ${row.name}${depth}${pragma};`;
  });
  commented(
    texts,
    rows.map((row) => row.doc),
    indent,
  ).forEach((lines, k) => {
    lines.forEach((line, n) => out.add(indent, line, n === lines.length - 1 ? rows[k]!.place : undefined));
  });
}

/** Items with a blank line between them, unless one is bound to the one before it. */
export function printItems(out: Lines, items: readonly SvItem[], indent: number): void {
  items.forEach((item, k) => {
    const before = items[k - 1];
    if (before !== undefined && item.tight !== true && before.item !== 'comment') out.blank();
    printItem(out, item, indent);
  });
}

function printItem(out: Lines, item: SvItem, indent: number): void {
  switch (item.item) {
    case 'comment':
      for (const line of item.lines)
        for (const part of wrapProse(line, COLUMNS - indent - 3)) out.add(indent, `// ${part}`);
      return;
    case 'enum': {
      const values = item.members.map(({ name, value }) => `${name} = ${item.width}'d${value}`);
      const bits = item.width === 1 ? '' : `[${item.width - 1}:0] `;
      const line = `typedef enum logic ${bits}{ ${values.join(', ')} } ${item.name};`;
      if (indent + line.length <= COLUMNS) return out.add(indent, line);
      out.add(indent, `typedef enum logic ${bits}{`);
      values.forEach((value, k) => out.add(indent + 2, `${value}${k === values.length - 1 ? '' : ','}`));
      return out.add(indent, `} ${item.name};`);
    }
    case 'localparams': {
      const names = padColumn(item.rows.map((row) => row.name));
      const texts = item.rows.map((row, k) => `localparam int ${names[k]} = ${flat(printExpr(row.value))};`);
      commented(
        texts,
        item.rows.map((row) => row.doc),
        indent,
      ).forEach((lines) => lines.forEach((line) => out.add(indent, line)));
      return;
    }
    case 'declarations':
      return printDeclarations(out, item.rows, indent);
    case 'assigns': {
      const targets = padColumn(item.rows.map((row) => flat(printExpr(row.target))));
      item.rows.forEach((row, k) => out.add(indent, `assign ${targets[k]} = ${printExpr(row.value)};`, row.place));
      return;
    }
    case 'always':
      out.add(indent, `${item.head} begin${item.note === undefined ? '' : `  // ${item.note}`}`, item.place);
      printStatements(out, item.body, indent + 2);
      return out.add(indent, 'end');
    case 'rom':
      return printRom(out, item, indent);
    case 'readmem':
      // A generate condition: Yosys drops a $readmemh under a procedural one.
      out.add(indent, `if (${item.image} != "") begin : g_${item.memory}_image`);
      out.add(indent + 2, `initial $readmemh(${item.image}, ${item.memory});`);
      out.add(indent, `end else begin : g_${item.memory}_blank`);
      out.add(indent + 2, `initial for (int i = 0; i < ${printExpr(item.depth)}; i = i + 1) ${item.memory}[i] = '0;`);
      return out.add(indent, 'end');
    case 'instance':
      return printInstance(out, item, indent);
    case 'for': {
      const { index, label, place } = item;
      const head = `for (genvar ${index} = 0; ${index} < ${printExpr(item.count)}; ${index} = ${index} + 1) begin : ${label}`;
      out.add(indent, head, place);
      printItems(out, item.items, indent + 2);
      return out.add(indent, 'end');
    }
    case 'if':
      out.add(indent, `if (${printExpr(item.cond)}) begin : ${item.label}`, item.place);
      printItems(out, item.then, indent + 2);
      if (item.else.length > 0) {
        out.add(indent, `end else begin : ${item.elseLabel}`);
        printItems(out, item.else, indent + 2);
      }
      return out.add(indent, 'end');
    case 'checks':
      out.add(0, '`ifndef SYNTHESIS');
      out.add(indent, 'initial begin');
      for (const { fails, message } of item.rows) {
        const test = `if (${printExpr(fails)})`;
        const stop = `$fatal(1, "${message.replace(/["\\]/g, "'").replace(/%/g, '%%')}");`;
        if (flat(test).length + stop.length + indent + 3 <= COLUMNS) out.add(indent + 2, `${test} ${stop}`);
        else {
          out.add(indent + 2, test);
          out.add(indent + 4, stop);
        }
      }
      out.add(indent, 'end');
      return out.add(0, '`endif');
  }
}

function printInstance(out: Lines, item: Extract<SvItem, { item: 'instance' }>, indent: number): void {
  const flatList = item.parameters.map((each) => connection(each, each.name)).join(', ');
  const open =
    item.parameters.length === 0 ? `${item.module} ${item.name} (` : `${item.module} #(${flatList}) ${item.name} (`;
  if (indent + open.length <= COLUMNS) out.add(indent, open, item.place);
  else {
    out.add(indent, `${item.module} #(`, item.place);
    printConnections(out, item.parameters, indent + 2);
    out.add(indent, `) ${item.name} (`);
  }
  printConnections(out, item.ports, indent + 2);
  out.add(indent, ');');
}

function printConnections(out: Lines, list: readonly SvConnection[], indent: number): void {
  const names = padColumn(list.map((each) => each.name));
  list.forEach((each, k) => out.add(indent, `${connection(each, names[k]!)}${k === list.length - 1 ? '' : ','}`));
}

function connection(each: SvConnection, name: string): string {
  return `.${name}(${each.value === undefined ? '' : flat(printExpr(each.value))})`;
}
