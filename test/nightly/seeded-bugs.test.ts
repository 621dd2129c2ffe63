/** Every planted fault in the text of the library is noticed, but for those that change nothing. About five minutes. */
import { expect, it } from 'vitest';
import { explained, plantedFaults, unseenInText, verdict } from '../verilog/seeded-bugs.js';

it('faults in the text are noticed', async () => {
  const survivors: string[] = [];
  const reasons = new Set<string>();
  for (const one of plantedFaults()) {
    const seen = (await verdict(one)) !== '';
    const reason = explained(one);
    if (reason !== undefined && !seen) reasons.add(reason);
    if (!seen && reason === undefined) survivors.push(`${one.module}, ${one.fault}: ${one.line}`);
  }
  expect(survivors).toEqual([]);
  // An explanation that nothing needs any more goes.
  expect([...reasons].sort()).toEqual(unseenInText.map(({ reason }) => reason).sort());
});
