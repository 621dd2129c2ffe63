/** All that is printed of a register table for software. */
import type { RegisterTable } from '../blocks/registers/index.js';
import { registerHeader } from './c-header.js';
import { registerMarkdown } from './markdown-registers.js';
import { registerPython } from './python-registers.js';
import { registerJson } from './register-json.js';
import { registerRdl } from './system-rdl.js';

/** Files by path below the directory of a build. */
export function registerFiles(table: RegisterTable): ReadonlyMap<string, string> {
  const file = `registers/${table.name}_registers`;
  return new Map([
    [`${file}.h`, registerHeader(table)],
    [`${file}.py`, registerPython(table)],
    [`${file}.md`, registerMarkdown(table)],
    [`${file}.rdl`, registerRdl(table)],
    [`${file}.json`, registerJson(table)],
  ]);
}
