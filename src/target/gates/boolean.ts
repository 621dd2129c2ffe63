/** Functions of cells as Liberty writes them: `!(A & (B1 | B2))`. */

export type Boolean2 =
  | { readonly kind: 'pin'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: 0 | 1 }
  | { readonly kind: 'not'; readonly of: Boolean2 }
  | { readonly kind: 'and' | 'or' | 'xor'; readonly a: Boolean2; readonly b: Boolean2 };

/** Operators between two terms, the one that binds least first. */
const binary = [
  { kind: 'or', signs: ['|', '+'] },
  { kind: 'xor', signs: ['^'] },
  { kind: 'and', signs: ['&', '*'] },
] as const;

/** Reads a function. Throws on anything else, a blank between two names (an old sign for "and") included. */
export function parseBoolean(text: string): Boolean2 {
  const tokens = text.match(/[A-Za-z_]\w*|[01]|[!&|^()'*+]|\S/g) ?? [];
  let at = 0;
  const wrong = (): Error => new Error(`'${text}' is no function of a cell`);
  const level = (depth: number): Boolean2 => {
    const operator = binary[depth];
    if (operator === undefined) return factor();
    let a = level(depth + 1);
    while (operator.signs.some((sign) => sign === tokens[at])) {
      at++;
      a = { kind: operator.kind, a, b: level(depth + 1) };
    }
    return a;
  };
  const factor = (): Boolean2 => {
    const token = tokens[at++] ?? '';
    if (token === '!') return { kind: 'not', of: factor() };
    let term: Boolean2;
    if (token === '(') {
      term = level(0);
      if (tokens[at++] !== ')') throw wrong();
    } else if (token === '0' || token === '1') term = { kind: 'constant', value: token === '0' ? 0 : 1 };
    else if (/^\w+$/.test(token)) term = { kind: 'pin', name: token };
    else throw wrong();
    for (; tokens[at] === "'"; at++) term = { kind: 'not', of: term };
    return term;
  };
  const whole = level(0);
  if (at !== tokens.length) throw wrong();
  return whole;
}

/** Value under an assignment of pins. */
export function evaluate(f: Boolean2, pin: (name: string) => 0 | 1): 0 | 1 {
  switch (f.kind) {
    case 'pin':
      return pin(f.name);
    case 'constant':
      return f.value;
    case 'not':
      return evaluate(f.of, pin) === 1 ? 0 : 1;
    default: {
      const a = evaluate(f.a, pin);
      const b = evaluate(f.b, pin);
      return f.kind === 'and' ? ((a & b) as 0 | 1) : f.kind === 'or' ? ((a | b) as 0 | 1) : ((a ^ b) as 0 | 1);
    }
  }
}

/** Names of the pins in a function, each once. */
export function pinsOf(f: Boolean2): readonly string[] {
  const names = new Set<string>();
  const visit = (part: Boolean2): void => {
    if (part.kind === 'pin') names.add(part.name);
    else if (part.kind === 'not') visit(part.of);
    else if (part.kind !== 'constant') {
      visit(part.a);
      visit(part.b);
    }
  };
  visit(f);
  return [...names];
}

/** As an expression of Verilog over signals of one bit. */
export function toVerilog(f: Boolean2): string {
  switch (f.kind) {
    case 'pin':
      return f.name;
    case 'constant':
      return `1'b${f.value}`;
    case 'not':
      return `~${toVerilog(f.of)}`;
    default: {
      const sign = { and: '&', or: '|', xor: '^' }[f.kind];
      return `(${toVerilog(f.a)} ${sign} ${toVerilog(f.b)})`;
    }
  }
}
