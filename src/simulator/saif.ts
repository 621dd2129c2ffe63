/**
 * Switching activity (SAIF 2.0) for power analysis: of every net the time at 0 and 1 and its changes, in scopes as the text has them.
 * Values are those of settled cycles: glitches inside of a cycle are not there.
 */
import type { Trace } from './waves.js';

/** One bit over a run. */
export interface BitActivity {
  /** Cycles at 1, and changes. */
  readonly high: number;
  readonly toggles: number;
}

export interface ActivityScope {
  readonly name: string;
  readonly nets: readonly { readonly name: string; readonly bit?: number; readonly activity: BitActivity }[];
  readonly scopes: readonly ActivityScope[];
}

export interface SaifOptions {
  readonly cycles: number;
  /** Picoseconds of a cycle. */
  readonly periodPs: number;
  /** The clock of the top, which is in no trace: it changes twice a cycle. */
  readonly clock?: string;
  /** Where the values are from, one line. */
  readonly origin: string;
}

/** Everything that is not a letter, a digit or an underscore wants a backslash. */
const escaped = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, (sign) => `\\${sign}`);

/** Text of a SAIF file. */
export function writeSaif(top: ActivityScope, { cycles, periodPs, clock, origin }: SaifOptions): string {
  const duration = cycles * periodPs;
  const net = (name: string, high: number, toggles: number): string =>
    `(${name} (T0 ${duration - high}) (T1 ${high}) (TX 0) (TC ${toggles}) (IG 0))`;
  const scope = ({ name, nets, scopes }: ActivityScope, indent: string, first: readonly string[]): string[] => [
    `${indent}(INSTANCE ${escaped(name)}`,
    `${indent}  (NET`,
    ...first.map((line) => `${indent}    ${line}`),
    ...nets.map(({ name: own, bit, activity: { high, toggles } }) => {
      const whole = bit === undefined ? escaped(own) : `${escaped(own)}\\[${bit}\\]`;
      return `${indent}    ${net(whole, high * periodPs, toggles)}`;
    }),
    `${indent}  )`,
    ...scopes.flatMap((inner) => scope(inner, `${indent}  `, [])),
    `${indent})`,
  ];
  const clockLine = clock === undefined ? [] : [net(escaped(clock), Math.floor(duration / 2), 2 * cycles)];
  return [
    '(SAIFILE',
    '(SAIFVERSION "2.0")',
    '(DIRECTION "backward")',
    `(DESIGN "${top.name}")`,
    '(VENDOR "Heddle")',
    `(PROGRAM_NAME "${origin}")`,
    '(DIVIDER / )',
    '(TIMESCALE 1 ps)',
    `(DURATION ${duration})`,
    ...scope(top, '', clockLine),
    ')',
    '',
  ].join('\n');
}

/** Activity of a trace: its signals bit by bit in their scopes, elements of a vector as bits of its word. */
export function activityOf(trace: Trace): ActivityScope {
  interface Open {
    readonly name: string;
    readonly nets: ActivityScope['nets'][number][];
    readonly scopes: Map<string, Open>;
  }
  const open = (name: string): Open => ({ name, nets: [], scopes: new Map() });
  const root = open(trace.top);
  for (const { scope, name: shown, width, element, changes } of trace.signals) {
    const { index, count } = element ?? { index: 0, count: 1 };
    const name = element === undefined ? shown : shown.replace(/\(.*$/, '');
    let at = root;
    for (const part of scope) {
      const inner = at.scopes.get(part) ?? open(part);
      at.scopes.set(part, inner);
      at = inner;
    }
    for (let bit = 0; bit < width; bit++) {
      const activity = bitActivity(changes, BigInt(bit), trace.cycles);
      at.nets.push(width * count === 1 ? { name, activity } : { name, bit: index * width + bit, activity });
    }
  }
  const closed = ({ name, nets, scopes }: Open): ActivityScope => ({
    name,
    nets,
    scopes: [...scopes.values()].map(closed),
  });
  return closed(root);
}

function bitActivity(changes: Trace['signals'][number]['changes'], bit: bigint, cycles: number): BitActivity {
  let [high, toggles, since, value] = [0, 0, 0, 0n];
  changes.forEach(({ cycle, value: word }, n) => {
    const next = (word >> bit) & 1n;
    if (n > 0 && next !== value) toggles++;
    if (value === 1n) high += cycle - since;
    [since, value] = [cycle, next];
  });
  if (value === 1n) high += cycles - since;
  return { high, toggles };
}
