/**
 * Colours: numbers that are equal for statements of equal form. The form of a statement is its tree of operations with
 * widths, without the values of constants and without the names of what it reads; instead of a name stands the form of
 * what drives it, to a fixed depth. A deeper look would tell the ends of every chain of copies from its middle, until
 * every copy is alone.
 */
import { type ElaboratedCircuit, type Ex, type Tree, isAffine, signalOf } from '../elaborated.js';
import type { Statements } from './statements.js';

const OPS =
  'const index load slice mux binary unary convert cat fold pack add sub mul addWrap subWrap and or xor eq ne lt le gt ge ' +
  'shl shr not neg reduceAnd reduceOr reduceXor popcount sum max min input output wire reg memory keep value if assign update';
const CODE = new Map(OPS.split(' ').map((name, k) => [name, k + 1]));
const codeOf = (name: string): number => CODE.get(name) ?? 0;

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}

export class Colours {
  /** By depth and number of the expression; 0 is unknown. */
  private readonly expressions: Int32Array[] = [];
  private readonly statements: Int32Array[] = [];

  private readonly circuit: ElaboratedCircuit;

  constructor(private readonly all: Statements) {
    this.circuit = all.circuit;
  }

  /** The form of statement `n`; `depth` is how many drivers are looked through. */
  of(n: number, depth: number): number {
    const memo = (this.statements[depth] ??= new Int32Array(this.all.count));
    const known = memo[n] ?? 0;
    if (known !== 0) return known;
    // While it is being looked at, a wire that depends on itself is only a wire.
    memo[n] = 1;
    const { assigns, updates } = this.circuit;
    const a = assigns[n];
    const u = a === undefined ? updates[n - assigns.length] : undefined;
    const node = a ?? u;
    if (node === undefined) return 1;
    const target = signalOf(this.circuit, node.target);
    let h = mix(u === undefined ? 0 : u.domain + 1, target.width * 2 + (target.signed ? 1 : 0));
    if (target.dims.length > 0) h = mix(h, target.id);
    if (a !== undefined) h = mix(h, this.expression(a.value, depth));
    else if (u !== undefined) h = this.tree(h, u.tree, depth);
    return (memo[n] = h | 2);
  }

  private tree(h: number, tree: Tree, depth: number): number {
    let out = mix(h, codeOf(tree.kind));
    if (tree.kind === 'value') out = mix(out, this.expression(tree.value, depth));
    if (tree.kind !== 'if') return out;
    out = mix(out, this.expression(tree.cond, depth));
    return this.tree(this.tree(out, tree.then, depth), tree.else, depth);
  }

  private expression(ex: Ex, depth: number): number {
    const memo = (this.expressions[depth] ??= new Int32Array(this.circuit.expressions.count));
    const known = memo[ex.id] ?? 0;
    if (known !== 0) return known;
    const h = mix(mix(codeOf(ex.op), ex.width), ex.signed ? 1 : 0);
    return (memo[ex.id] = this.operands(h, ex, depth) | 1);
  }

  private operands(h: number, ex: Ex, depth: number): number {
    switch (ex.op) {
      case 'const':
      case 'index':
        return h;
      case 'load':
        return this.load(h, ex, depth);
      case 'slice':
      case 'convert':
        return mix(h, this.expression(ex.a, depth));
      case 'unary':
        return mix(mix(h, codeOf(ex.fn)), this.expression(ex.a, depth));
      case 'mux':
        return mix(
          mix(mix(h, this.expression(ex.cond, depth)), this.expression(ex.a, depth)),
          this.expression(ex.b, depth),
        );
      case 'binary': {
        const out = mix(mix(h, codeOf(ex.fn)), this.expression(ex.a, depth));
        // Lanes are shifted by one distance.
        const far = (ex.fn === 'shl' || ex.fn === 'shr') && ex.b.op === 'const' ? ex.b.value : undefined;
        return mix(out, far === undefined ? this.expression(ex.b, depth) : Number(BigInt.asIntN(32, far)));
      }
      case 'cat': {
        let out = h;
        for (const part of ex.parts) out = mix(out, this.expression(part, depth));
        return out;
      }
      case 'fold':
      case 'pack':
        return mix(mix(h, ex.count), this.expression(ex.body, depth));
    }
  }

  private load(h: number, ex: Extract<Ex, { op: 'load' }>, depth: number): number {
    const s = signalOf(this.circuit, ex.signal);
    if (s.dims.length > 0) {
      // Elements of one array are alike; those of different arrays are not.
      let out = mix(h, ex.signal);
      for (const i of ex.index) if (!isAffine(i)) out = mix(out, this.expression(i.at, depth));
      return out;
    }
    const out = mix(h, codeOf(s.kind));
    const driver = this.all.driver[ex.signal] ?? -1;
    return depth === 0 || driver < 0 ? out : mix(out, this.of(driver, depth - 1));
  }
}
