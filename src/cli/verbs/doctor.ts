/** `heddle doctor`: which external tools are there, what each enables, how to get the others. */
import type { CommandModule } from 'yargs';
import { findTool, type ToolName, type ToolSpec, toolSpecs } from '../../base/tools.js';
import { version } from '../../build/version.js';
import { table } from '../../report/lines.js';
import { type CommonOptions, say, writeJson } from '../output.js';

interface ToolReport {
  readonly name: string;
  readonly path: string | null;
  readonly version: string | null;
  readonly enables: string;
  readonly install: string;
}

/** The first number with a dot in what the tool prints about itself. */
async function versionOf(path: string, spec: ToolSpec): Promise<string | null> {
  const { execa } = await import('execa');
  const { all } = await execa(path, [...spec.versionArguments], { reject: false, all: true, timeout: 10_000 });
  return /\d+\.\d+[\w.-]*/.exec(all ?? '')?.[0] ?? null;
}

async function examine(name: ToolName): Promise<ToolReport> {
  const spec: ToolSpec = toolSpecs[name];
  const path = findTool(name) ?? null;
  return {
    name: spec.commands[0] ?? name,
    path,
    version: path === null ? null : await versionOf(path, spec),
    enables: spec.enables,
    install: spec.install,
  };
}

async function run(args: CommonOptions): Promise<void> {
  const tools = await Promise.all((Object.keys(toolSpecs) as ToolName[]).map(examine));
  writeJson(args, { heddle: version(), node: process.versions.node, tools });
  say(
    args,
    `heddle ${version()}, Node ${process.versions.node}: build, infer and the built-in simulator need nothing else`,
  );
  const found = tools.filter(({ path }) => path !== null);
  const missing = tools.filter(({ path }) => path === null);
  const rows = found.map(({ name, version: number, enables, path }) => [name, number ?? '?', enables, path ?? '']);
  if (rows.length > 0) say(args, `\n${table(['found', 'version', 'for', 'where'], rows)}`);
  const wanted = missing.map(({ name, enables, install }) => [name, enables, install]);
  if (wanted.length > 0) say(args, `\n${table(['missing', 'for', 'how to get it'], wanted)}`);
}

export const doctorCommand: CommandModule<CommonOptions, CommonOptions> = {
  command: 'doctor',
  describe: 'tools found, what each enables, how to get the rest',
  handler: run,
};
