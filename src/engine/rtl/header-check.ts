/** The rules of headers that are comparisons (`header-rules.ts`), as wires: what could make the hardware wait for ever or go astray. */
import { type Builder, cat, type NatExpr, natGt, type Sig, type UInt, uint } from '../../hdl/index.js';
import {
  type Condition,
  headerRules,
  isCondition,
  productRules,
  type Relation,
  ruleFields,
  type RuleLimit,
  type RuleOption,
} from '../header-rules.js';
import { headerTable } from '../header.js';
import { headerField } from './header-fields.js';

/** Static parameters of the engine that limit headers, and the units that it has. */
export type HeaderBounds = Readonly<Record<RuleLimit | RuleOption | 'D' | 'XB', NatExpr>>;

/** Bits that every field and limit of a rule fits. */
const WIDE = 20;

/** Bit i - 1 of the wire: rule i is broken, for all rules but those that are checked serially. */
export function brokenRules(b: Builder, header: Sig<UInt>, bounds: HeaderBounds): Sig<UInt> {
  const fields = Object.fromEntries(
    ruleFields.map((name) => [name, b.let(`h_${name}`, headerField(header, name), headerTable[name].doc)]),
  );
  const limits = new Map<RuleLimit, Sig<UInt>>();
  const limit = (name: RuleLimit): Sig<UInt> => {
    const known = limits.get(name) ?? b.let(`limit_${name}`, b.constant(uint(WIDE), bounds[name]));
    limits.set(name, known);
    return known;
  };
  const value = (name: string): Sig<UInt> => fields[name]!.extend(WIDE);
  const holds = ([left, relation, right]: Condition) => {
    if (typeof right === 'number') return number(fields[left]!, relation, right);
    const other = typeof right === 'string' ? value(right) : limit(right.limit);
    return relate(value(left), relation, other);
  };
  const half = b.let(
    'half',
    b.constant(uint(WIDE), 1).shl(b.constant(uint(4), bounds.XB.minus(1))),
    'half the span of a pixel',
  );
  const broken = headerRules.map(({ field, when, needs }, index) => {
    const name = `broken${index + 1}_${field}`;
    const applies = when.map(holds);
    if ('pixel' in needs) {
      const shifted = headerField(header, field).asSInt().extend(WIDE).asUInt().addWrap(half);
      const most = needs.pixel === 'any' ? half.addWrap(half).addWrap(half) : half.addWrap(half);
      return b.let(name, shifted.ge(most));
    }
    if (isCondition(needs)) {
      return b.let(
        name,
        [...applies, holds(needs).not()].reduce((all, each) => all.and(each)),
      );
    }
    const wire = b.wire(name, holds(when[0]!).type);
    const asked = applies.reduce((all, each) => all.and(each));
    b.genIf(
      `has${index + 1}_${needs.option}`,
      natGt(bounds[needs.option], 0),
      () => b.assign(wire, 0),
      () => b.assign(wire, asked),
    );
    return wire;
  });
  const groups = headerField(header, 'gLast').mul(b.constant(uint(7), bounds.D));
  const channels = headerField(header, 'Mlast');
  const most = channels.extend(16).addWrap(b.constant(uint(16), bounds.D));
  const gLast = b.let(
    `broken${headerRules.length + 1}_${productRules[0]}`,
    groups.lt(channels.extend(16)).or(groups.ge(most)),
    'not the groups of the channels',
  );
  const [first, ...rest] = [gLast, ...broken.toReversed()].map((each) => each.asUInt());
  return b.let('broken', cat(first!, ...rest));
}

function relate(a: Sig<UInt>, relation: Relation, b: Sig<UInt>) {
  switch (relation) {
    case '==':
      return a.eq(b);
    case '!=':
      return a.ne(b);
    case '<':
      return a.lt(b);
    case '<=':
      return a.le(b);
    case '>=':
      return a.ge(b);
  }
}

/** A comparison with a number, in the field's own width; with 1 it is one with 0. */
function number(a: Sig<UInt>, relation: Relation, value: number) {
  if (relation === '>=' && value === 1) return a.ne(0);
  if (relation === '==' || relation === '!=') return relation === '==' ? a.eq(value) : a.ne(value);
  return relation === '<=' && value === 0
    ? a.eq(0)
    : relation === '<='
      ? a.le(value)
      : relation === '<'
        ? a.lt(value)
        : a.ge(value);
}
