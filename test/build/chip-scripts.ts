/** Scripts for chips of a build, played to their end under a recorder that knows the vendors' commands. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { record } from '../target/recorder.js';
import { designCompiler, genus, innovusCommon, innovusLegacy } from '../target/vendor-commands.js';

const scripts = {
  'genus/synth.tcl': genus,
  'dc/synth.tcl': designCompiler,
  'innovus/common.tcl': innovusCommon,
  'innovus/legacy.tcl': innovusLegacy,
} as const;

/** What went wrong, script by script; sources that a script asks for have to be there. */
export async function chipProblems(folder: string, name: string): Promise<string[]> {
  const out = join(folder, 'asic/genus/out');
  mkdirSync(out, { recursive: true });
  for (const end of ['v', 'sdc']) writeFileSync(join(out, `${name}.${end}`), '');
  const listed = readFileSync(join(folder, 'rtl_asic/files.f'), 'utf8').trim().split('\n');
  const runs = Object.entries(scripts).map(async ([script, commands]) => {
    const { exitCode, stderr, calls } = await record(join(folder, 'asic', script), commands);
    const read = calls
      .filter(({ command }) => command === 'read_hdl' || command === 'analyze')
      .flatMap(({ args }) => args.flatMap((arg) => arg.split(' ')).filter((arg) => /\.s?v$/.test(arg)));
    const missing = read.filter((path) => !existsSync(path) && !existsSync(join(folder, 'rtl_asic', path)));
    const unread = script.startsWith('innovus')
      ? []
      : listed.filter((file) => !read.some((path) => path.split('/').at(-1) === file));
    return [
      ...(exitCode === 0 && stderr === '' ? [] : [`${script}: ${exitCode} ${stderr}`]),
      ...[...missing, ...unread].map((file) => `${script}: ${file}`),
    ];
  });
  return (await Promise.all(runs)).flat();
}
