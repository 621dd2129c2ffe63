/**
 * Expressions of the output tree as text, with the fewest parentheses that keep the reading clear.
 *
 * Places where a long line may break carry a private-use character whose code gives the nesting depth; `layout.ts`
 * turns it into a blank or a line break.
 */
import type { SvExpr } from './tree.js';

/** First of the break characters; the next ones are nested deeper. */
export const BREAK = 0xe000;
const DEEPEST = 60;

const precedence: Readonly<Record<string, number>> = {
  '*': 10,
  '/': 10,
  '%': 10,
  '+': 9,
  '-': 9,
  '<<': 8,
  '>>': 8,
  '>>>': 8,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '==': 6,
  '!=': 6,
  '&': 5,
  '^': 4,
  '|': 3,
  '&&': 2,
  '||': 1,
};
const associative = new Set(['+', '*', '&', '^', '|', '&&', '||']);
const arithmetic = new Set(['+', '-', '*', '/', '%']);
const relations = new Set(['<', '<=', '>', '>=', '==', '!=']);

interface Style {
  /** No blanks around operators: inside ranges and size casts. */
  readonly compact: boolean;
  readonly depth: number;
}

export function printExpr(e: SvExpr): string {
  return print(e, { compact: false, depth: 0 });
}
/** Without blanks and break points, as in `[W-1:0]`. */
export function printCompact(e: SvExpr): string {
  return print(e, { compact: true, depth: 0 }).replace(/[\ue000-\ue03f]/g, ' ');
}

function print(e: SvExpr, style: Style): string {
  const inner: Style = { ...style, depth: Math.min(style.depth + 1, DEEPEST) };
  const tight: Style = { compact: true, depth: style.depth };
  const breaks = style.compact ? ' ' : String.fromCharCode(BREAK + style.depth);
  switch (e.sv) {
    case 'text':
      return e.text;
    case 'unary': {
      // Yosys reads -W'(x) as (-W)'(x)
      const whole = e.a.sv !== 'binary' && e.a.sv !== 'cond' && e.a.sv !== 'unary' && e.a.sv !== 'cast';
      // a negative literal brings a sign of its own
      const bare = whole && !(e.a.sv === 'text' && e.a.text.startsWith('-'));
      return bare ? `${e.fn}${print(e.a, inner)}` : `${e.fn}(${print(e.a, inner)})`;
    }
    case 'binary': {
      const left = operand(e.a, e.fn, false, inner, style);
      const right = operand(e.b, e.fn, true, inner, style);
      return style.compact ? `${left}${e.fn}${right}` : `${left}${breaks}${e.fn} ${right}`;
    }
    case 'cond': {
      const cond = e.cond.sv === 'cond' ? `(${print(e.cond, inner)})` : print(e.cond, inner);
      const a = e.a.sv === 'cond' ? `(${print(e.a, inner)})` : print(e.a, inner);
      if (style.compact) return `${cond} ? ${a} : ${print(e.b, e.b.sv === 'cond' ? style : inner)}`;
      return `${cond}${breaks}? ${a}${breaks}: ${print(e.b, e.b.sv === 'cond' ? style : inner)}`;
    }
    case 'call':
      return `${e.name}(${e.args.map((arg) => print(arg, { ...inner, compact: false })).join(`,${breaks}`)})`;
    case 'cast': {
      const width = print(e.width, tight);
      return `${/^\w+$/.test(width) ? width : `(${width})`}'(${print(e.a, inner)})`;
    }
    case 'concat':
      return `{${e.parts.map((part) => print(part, inner)).join(`,${breaks}`)}}`;
    case 'bit':
      return `${print(e.base, inner)}[${print(e.index, tight)}]`;
    case 'range':
      return `${print(e.base, inner)}[${print(e.high, tight)}:${print(e.low, tight)}]`;
    case 'part':
      return `${print(e.base, inner)}[${print(e.low, tight)} +: ${print(e.width, tight)}]`;
  }
}

/** An operand of a binary operator, in parentheses where precedence or clarity asks for them. */
function operand(e: SvExpr, parent: string, right: boolean, inner: Style, style: Style): string {
  if (e.sv === 'cond') return `(${print(e, inner)})`;
  if (e.sv === 'unary') return '&|^-'.includes(e.fn) ? `(${print(e, inner)})` : print(e, inner);
  if (e.sv !== 'binary') return print(e, inner);
  const chain = e.fn === parent && (!right || associative.has(parent));
  if (chain) return print(e, style);
  return needsParentheses(e.fn, parent, right) ? `(${print(e, inner)})` : print(e, inner);
}

function needsParentheses(child: string, parent: string, right: boolean): boolean {
  const p = precedence[parent] ?? 0;
  const c = precedence[child] ?? 0;
  if (c < p || (c === p && right)) return true;
  if (relations.has(parent)) return !arithmetic.has(child);
  if (arithmetic.has(parent)) return c === p && !arithmetic.has(child);
  if (parent === '&&' || parent === '||') return !relations.has(child);
  return c !== p || relations.has(child);
}
