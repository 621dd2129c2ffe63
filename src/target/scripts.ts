/** Scripts that are the same for every design: they stand in `fpga/` and `asic/` and are copied as they are. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** All `.tcl` files below a folder of the project, by path, the folder's name first. */
export function scriptsBelow(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(join(root, folder)).sort()) {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) for (const [p, text] of scriptsBelow(path)) files.set(p, text);
    else if (name.endsWith('.tcl')) files.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return files;
}
