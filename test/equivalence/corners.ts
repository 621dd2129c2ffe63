/** Parameter values at which soft modules are held against hard ones: those of the library where multipliers are small. */
import type { Design } from '../../src/circuit/index.js';
import { library, type LibraryModule } from '../blocks/library.js';
import type { Values } from './prove.js';

export interface Subject {
  readonly name: string;
  readonly template: LibraryModule['template'];
  readonly design: Design;
  /** The two quick ones first. */
  readonly corners: readonly Values[];
}

/** Factors wider than this are left to simulation at random; solvers drown in multipliers. */
const widestFactor = 4;
const narrow = (values: Values, keys: readonly string[]): Values =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, keys.includes(key) ? Math.min(value, widestFactor) : value]),
  );

/** One corner of ones and its like, one in the middle, then the others. */
const quickFirst = (corners: readonly Values[]): Values[] => {
  const [first, ...others] = corners;
  const size = (values: Values) => Object.values(values).reduce((product, value) => product * Math.max(1, value), 1);
  const rest = others.sort((a, b) => size(a) - size(b));
  return first === undefined ? [] : [rest[1] ?? first, first, ...rest.filter((_, k) => k !== 1)];
};

function factorsOf(name: string): readonly string[] {
  if (name.startsWith('matvec') || name.startsWith('depthwise')) return ['X_W', 'W_W'];
  if (name.startsWith('mac_')) return ['A_W', 'W_W'];
  return name.startsWith('requantize') ? ['M_W', 'X_W'] : [];
}

export const subjects: readonly Subject[] = library.map(({ template, design, vectors }) => {
  const name = design.top;
  const factors = factorsOf(name);
  return { name, template, design, corners: quickFirst(vectors.map((values) => narrow(values, factors))) };
});
