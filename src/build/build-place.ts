/** Directories that verbs are given: a build, or the `soc/` of one, which has its top with registers. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The file that tells a directory of ours. */
export const marker = 'manifest.json';

/** Of a build: its top with registers, a directory that stands alone. */
export const socFolder = 'soc';

/** The build that a directory is the `soc/` of. */
export function socOwner(target: string): string | undefined {
  const owner = dirname(resolve(target));
  return basename(resolve(target)) === socFolder && existsSync(join(owner, marker)) ? owner : undefined;
}

export interface BuildPlace {
  /** Where report.json and the manifest are. */
  readonly build: string;
  /** True for `soc/`. */
  readonly soc: boolean;
}

/** What a directory is; undefined where no build has written it. */
export function buildPlace(target: string): BuildPlace | undefined {
  if (existsSync(join(target, marker))) return { build: target, soc: false };
  const owner = socOwner(target);
  return owner === undefined ? undefined : { build: owner, soc: true };
}

/** `report.json` of a build. */
export const readReport = (build: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(build, 'report.json'), 'utf8')) as Record<string, unknown>;
