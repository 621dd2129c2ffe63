/** Files of users that follow a JSON schema of ours: read, checked, and everything wrong told at once. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { type Diagnostic, HeddleError } from '../base/diagnostics.js';

/**
 * The content of a file. `schema` is the path of a JSON schema (draft 7); `code` the number of the error.
 * @throws HeddleError one diagnostic for each thing that is wrong
 */
export function validated<T>(path: string, text: string, schema: string, code: string): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HeddleError({ code, message: `this is not JSON: ${reason}`, places: [{ file: path }] });
  }
  const check = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  if (check(data)) return data as T;
  throw new HeddleError((check.errors ?? []).filter(tells).map((error) => diagnostic(error, path, code)));
}

/** Errors of `if` and `anyOf` only repeat those inside of them. */
const tells = ({ keyword }: ErrorObject): boolean => keyword !== 'if' && keyword !== 'anyOf';

function diagnostic(
  { instancePath, message = 'is wrong', params }: ErrorObject,
  file: string,
  code: string,
): Diagnostic {
  const place = instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.');
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  const allowed = (params as { allowedValues?: readonly unknown[] }).allowedValues;
  const detail = `${extra === undefined ? '' : `: ${extra}`}${allowed === undefined ? '' : `: ${allowed.join(' ')}`}`;
  return { code, message: `${place} ${message}${detail}`, places: [{ file, text: place }] };
}
