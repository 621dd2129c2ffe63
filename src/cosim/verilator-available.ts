/**
 * Whether tests that need Verilator run here. Absent tools mean a skip with one line, unless `HEDDLE_REQUIRE_TOOLS=1`,
 * under which they are an error.
 */
import { findTool } from '../base/tools.js';

/** Why Verilator cannot be used, or undefined when it can. */
export function verilatorMissing(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const missing = (['verilator', 'compiler'] as const).filter((name) => findTool(name, environment) === undefined);
  if (missing.length === 0) return undefined;
  return `not found: ${missing.join(', ')} (apt-get install -y verilator g++)`;
}

/** True when the caller must skip; prints the reason. Throws under `HEDDLE_REQUIRE_TOOLS=1`. */
export function skipWithoutVerilator(environment: NodeJS.ProcessEnv = process.env): boolean {
  const reason = verilatorMissing(environment);
  if (reason === undefined) return false;
  if (environment['HEDDLE_REQUIRE_TOOLS'] === '1') throw new Error(reason);
  console.warn(`skipped without Verilator: ${reason}`);
  return true;
}
