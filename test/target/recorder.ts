/**
 * Runs an emitted script to its end under `tclsh`, against commands that only write down that they were called. A
 * command or an option that the vendor's tool does not have stops the run, as a mistake in Tcl does.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { VendorCommand } from './vendor-commands.js';

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Recording {
  readonly calls: readonly Call[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the scripts for chips read back, where a test gives no other. */
const metPath = 'Path 1: MET (27 ps) Setup Check with Pin u/acc_q_reg[0]/CK->D';
const metReports = { 'timing.rpt': metPath, 'setup.rpt': metPath, 'hold.rpt': metPath };

export interface RecordOptions {
  /** Reports by name of the file: what a command prints that is sent there. */
  readonly reports?: Readonly<Record<string, string>>;
  /** Values of `get_property`, by name of the property. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Arguments of the script (`-tclargs`). */
  readonly args?: readonly string[];
}

/** Writes files below a directory. */
export function writeTree(directory: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

export async function record(
  script: string,
  commands: Readonly<Record<string, VendorCommand>>,
  { properties = {}, reports = {}, args = [] }: RecordOptions = {},
): Promise<Recording> {
  const log = `${script}.calls`;
  const prelude = `${script}.prelude.tcl`;
  writeFileSync(prelude, preludeText(script, log, commands, properties, reports));
  const run = await execa('tclsh', [prelude, ...args], { reject: false, cwd: '/' });
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  rmSync(log);
  rmSync(prelude);
  const calls = lines.map((line) => {
    const [command = '', ...rest] = JSON.parse(line) as string[];
    return { command, args: rest };
  });
  return { calls, exitCode: run.exitCode ?? -1, stdout: run.stdout, stderr: run.stderr };
}

function preludeText(
  script: string,
  log: string,
  commands: Readonly<Record<string, VendorCommand>>,
  properties: Readonly<Record<string, string>>,
  reports: Readonly<Record<string, string>>,
): string {
  const braces = (text: string): string => `{${text}}`;
  const procs = Object.entries(commands).map(([name, { flags = [], values = [], plain, result = 'set _ {}' }]) =>
    [
      name.includes('::') ? `namespace eval ${name.split('::')[0]} {}` : '',
      `proc ${name} args {`,
      `  heddle_check ${name} {${flags.join(' ')}} {${values.join(' ')}} ${plain[0]} ${plain[1]} $args`,
      `  ${result}`,
      '}',
    ].join('\n'),
  );
  return `
set heddle_log [open ${braces(log)} w]
proc heddle_json {words} {
  set items {}
  foreach word $words { lappend items "\\"[string map {\\\\ \\\\\\\\ \\" \\\\\\" \\n \\\\n \\t \\\\t} $word]\\"" }
  return "\\[[join $items ,]\\]"
}
proc heddle_write {path} {
  set texts {${Object.entries({ ...metReports, ...reports })
    .map(([name, text]) => `${name} {${text}}`)
    .join(' ')}}
  if {![dict exists $texts [file tail $path]]} { return }
  set channel [open $path w]
  puts $channel [dict get $texts [file tail $path]]
  close $channel
}
proc heddle_check {name flags values least most arguments} {
  global heddle_log
  # A report may go to a file as in a shell.
  if {[lindex $arguments end-1] eq ">"} {
    set words [lrange $arguments 0 end-2]
    heddle_write [lindex $arguments end]
  } else { set words $arguments }
  puts $heddle_log [heddle_json [concat [list $name] $arguments]]
  flush $heddle_log
  set plain 0
  for {set i 0} {$i < [llength $words]} {incr i} {
    set word [lindex $words $i]
    if {$word in $values} {
      incr i
      if {$i >= [llength $words]} { error "$name: $word wants a value" }
    } elseif {$word in $flags} {
    } elseif {[regexp {^-[a-z]} $word]} {
      error "$name has no option $word"
    } else { incr plain }
  }
  if {$plain < $least || $plain > $most} { error "$name: $plain arguments, not $least to $most: $arguments" }
}
proc heddle_property {name object} {
  if {[llength $object] == 0} { error "'get_property' expects at least one object." }
  set known {${Object.entries({
    SLACK: '0.250',
    REQUIREMENT: '6.666',
    PROGRESS: '100%',
    STATUS: 'write_bitstream Complete!',
    ...properties,
  })
    .map(([key, value]) => `${key} {${value}}`)
    .join(' ')}}
  if {[dict exists $known $name]} { return [dict get $known $name] }
  if {$name eq "VLNV"} { return $object }
  return "$name of $object"
}
# What tclsh has and the tools use for themselves.
foreach name {link} { catch { rename $name {} } }
${procs.join('\n')}
rename source heddle_source
proc source {path} { uplevel 1 [list heddle_source $path] }
info script ${braces(script)}
heddle_source ${braces(script)}
`;
}

/** Positions of calls whose words contain all of these, one pattern a line: `command word word`. */
export function positions(calls: readonly Call[], pattern: string): number[] {
  const [command, ...words] = pattern.split(' ');
  return calls.flatMap((call, index) =>
    call.command === command && words.every((word) => call.args.some((arg) => arg.includes(word))) ? [index] : [],
  );
}

/** The first call of each pattern stands behind the first of the one before; says which does not. */
export function orderProblem(calls: readonly Call[], patterns: readonly string[]): string | undefined {
  let at = -1;
  for (const pattern of patterns) {
    const next = positions(calls, pattern).find((index) => index > at);
    if (next === undefined)
      return `${pattern} does not follow ${patterns[patterns.indexOf(pattern) - 1] ?? 'the start'}`;
    at = next;
  }
  return undefined;
}
