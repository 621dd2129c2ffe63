/** What Genus, Innovus and Design Compiler need of a design: the scripts of `asic/`, their values, constraints. */
import { designSdc } from './constraints.js';
import type { TargetDesign } from './design.js';
import { scriptsBelow } from './scripts.js';
import { tclDict, tclSettings } from './tcl.js';
import type { Technology } from './technology.js';

export interface AsicOptions {
  /** Folder of the text for chips, below the directory of the build. */
  readonly rtlFolder: string;
  readonly clockGating: boolean;
  /** Recorded activity (VCD for Genus, SAIF for Design Compiler) below the directory of the build. */
  readonly activity?: { readonly file: string; readonly instance: string };
}

/** Files by path below the directory of a build: `asic/**` and `constraints/NAME.sdc`. */
export function asicFiles(
  design: TargetDesign,
  technology: Technology,
  options: AsicOptions,
): ReadonlyMap<string, string> {
  const files = new Map(scriptsBelow('asic'));
  files.set('asic/settings.tcl', asicSettings(design, options));
  files.set('asic/tech.tcl', technologyTcl(technology));
  files.set(`constraints/${design.name}.sdc`, designSdc(design, environment(technology)));
  return files;
}

function asicSettings(design: TargetDesign, { rtlFolder, clockGating, activity }: AsicOptions): string {
  return `# ${design.title}: the values that the scripts beside this file read\n${tclSettings([
    ['name', design.name],
    ['top', design.top],
    ['rtl_folder', rtlFolder],
    ['rtl_files', design.sources],
    ['clock_gating', clockGating ? 'true' : 'false'],
    ['activity', activity?.file ?? ''],
    ['activity_instance', activity?.instance ?? ''],
    ['negative_slack_is_error', 'true'],
  ])}`;
}

function technologyTcl(technology: Technology): string {
  const values = Object.fromEntries(Object.entries(technology).filter(([key]) => key !== '$schema'));
  return `# Technology ${technology.name}, from tech.json\nset technology ${tclDict(values)}\n`;
}

function environment({ cells, clock = {} }: Technology): Parameters<typeof designSdc>[1] {
  return {
    ...(cells.driving === undefined ? {} : { driving: cells.driving }),
    ...(clock.load === undefined ? {} : { load: clock.load }),
    ...(clock.uncertainty_setup_ns === undefined ? {} : { uncertaintySetupNs: clock.uncertainty_setup_ns }),
    ...(clock.uncertainty_hold_ns === undefined ? {} : { uncertaintyHoldNs: clock.uncertainty_hold_ns }),
    ...(clock.max_transition_ns === undefined ? {} : { maxTransitionNs: clock.max_transition_ns }),
    ...(clock.max_fanout === undefined ? {} : { maxFanout: clock.max_fanout }),
  };
}
