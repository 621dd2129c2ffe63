/** A technology: the user's `tech.json`, described by `asic/tech.schema.json`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, HeddleError } from '../base/diagnostics.js';
import type { ClockGateCell } from './clock-gates.js';
import { validated } from './schema.js';

export interface Technology {
  readonly name: string;
  readonly process_nm: number;
  readonly corners: Readonly<
    Record<
      string,
      {
        readonly libraries: readonly string[];
        readonly databases?: readonly string[];
        readonly rc: string;
        readonly voltage?: number;
        readonly temperature?: number;
        readonly use: readonly ('setup' | 'hold')[];
      }
    >
  >;
  readonly rc: Readonly<Record<string, { readonly qrc: string; readonly temperature: number }>>;
  readonly cells: {
    readonly driving?: { readonly cell: string; readonly pin: string };
    /** What stands for the clock gates of the design. */
    readonly clock_gate?: ClockGateCell;
    readonly [group: string]: unknown;
  };
  readonly clock?: {
    readonly uncertainty_setup_ns?: number;
    readonly uncertainty_hold_ns?: number;
    readonly max_transition_ns?: number;
    readonly max_fanout?: number;
    /** Load of outputs, in the unit of the libraries. */
    readonly load?: number;
  };
  readonly memories?: readonly {
    readonly module: string;
    readonly depth: number;
    readonly width: number;
    readonly lef: string;
    readonly gds: string;
    /** Liberty file by corner. */
    readonly libraries: Readonly<Record<string, string>>;
    /** The same as .db, for Design Compiler. */
    readonly databases?: Readonly<Record<string, string>>;
    /** Pins of a macro with a port to write and one to read; memories of the design are made of macros that have them. */
    readonly ports?: {
      readonly write_clock: string;
      readonly read_clock: string;
      readonly write_enable: { readonly name: string; readonly active: 'high' | 'low' };
      /** A bit for every bit of the word. */
      readonly write_mask?: { readonly name: string; readonly active: 'high' | 'low' };
      readonly write_address: string;
      readonly write_data: string;
      /** The data of the last read stay where it is off. */
      readonly read_enable: { readonly name: string; readonly active: 'high' | 'low' };
      readonly read_address: string;
      readonly read_data: string;
      /** What a read of the word that is being written shows: the old word, or anything. */
      readonly same_address: 'old' | 'unknown';
      /** Other pins with what they are tied to, as Verilog. */
      readonly tied?: Readonly<Record<string, string>>;
    };
  }[];
}

const schema = fileURLToPath(new URL('../../asic/tech.schema.json', import.meta.url));

/** Reads and checks a `tech.json`. Throws H2502 with everything that is wrong in it. */
export function readTechnology(path: string): Technology {
  const technology = validated<Technology>(path, readFileSync(path, 'utf8'), schema, 'H2502');
  const problems = contradictions(technology);
  if (problems.length > 0) {
    throw new HeddleError(
      problems.map(({ message, text }): Diagnostic => ({ code: 'H2502', message, places: [{ file: path, text }] })),
    );
  }
  return technology;
}

/** What a schema cannot say: names that must exist, corners that an analysis needs. */
function contradictions({ corners, rc, memories = [] }: Technology): { message: string; text: string }[] {
  const found: { message: string; text: string }[] = [];
  for (const [name, corner] of Object.entries(corners)) {
    if (rc[corner.rc] === undefined) {
      found.push({ message: `corner ${name}: there is no rc ${corner.rc}`, text: `corners.${name}.rc` });
    }
    for (const { module, libraries } of memories) {
      if (libraries[name] === undefined) {
        found.push({ message: `memory ${module}: no library for corner ${name}`, text: 'memories' });
      }
    }
  }
  for (const use of ['setup', 'hold'] as const) {
    if (!Object.values(corners).some((corner) => corner.use.includes(use))) {
      found.push({ message: `no corner is used for ${use}`, text: 'corners' });
    }
  }
  return found;
}
