/** Symbolic naturals as text for messages (the printer has its own, SystemVerilog, form). */
import type { Nat } from './nat.js';

const infix: Partial<Record<Nat['op'], string>> = { add: ' + ', sub: ' - ', mul: '*', div: ' / ', mod: ' % ' };

export function natText(nat: Nat): string {
  switch (nat.op) {
    case 'lit':
      return String(nat.value);
    case 'param':
    case 'index':
    case 'local':
      return nat.name;
    case 'clog2':
      return `clog2(${natText(nat.a)})`;
    default: {
      const sign = infix[nat.op];
      if (sign === undefined) return `${nat.op}(${natText(nat.a)}, ${natText(nat.b)})`;
      const tight = nat.op === 'mul' || nat.op === 'div' || nat.op === 'mod';
      const wrap = (side: Nat, right: boolean) => {
        const loose = side.op === 'add' || side.op === 'sub';
        return (tight || (right && nat.op === 'sub')) && loose ? `(${natText(side)})` : natText(side);
      };
      return `${wrap(nat.a, false)}${sign}${wrap(nat.b, true)}`;
    }
  }
}
