/**
 * What is read ahead of the pass that runs lies in sets, which are used in turn: tap program and row table of a pass, parameters
 * of a weight tile. Sets lie between each other, so that a memory has no gaps: entry i of set s is at {i, s}.
 */
import { clog2, indexWidth, type NatExpr, natEq, natGe, requirement, widthFor } from '../../hdl/index.js';

/** Sets of tap programs and row tables: of the pass that runs and of HQ passes ahead. */
export const sets = (HQ: NatExpr): NatExpr => HQ.plus(1);

/** Bits of the number of such a set. */
export const setWidth = (HQ: NatExpr): NatExpr => widthFor(HQ);

/** Bits of the place of one of `count` entries of such a set. */
export const setEntryWidth = (count: NatExpr, HQ: NatExpr): NatExpr => indexWidth(count).plus(setWidth(HQ));

/** Bits of the number of a set of parameters. */
export const parameterSetWidth = (PQ: NatExpr): NatExpr => clog2(PQ);

/** Numbers of sets go round by themselves. */
export const parameterSetRules = (PQ: NatExpr) => [
  requirement(natGe(256, PQ), 'limit of PQ'),
  requirement(natEq(widthFor(PQ), parameterSetWidth(PQ).plus(1)), 'PQ is a power of two'),
];
export const setRules = (HQ: NatExpr, PQ: NatExpr) => [
  requirement(natGe(63, HQ), 'limit of HQ'),
  requirement(natEq(widthFor(sets(HQ)), setWidth(HQ).plus(1)), 'HQ + 1 is a power of two'),
  ...parameterSetRules(PQ),
];
