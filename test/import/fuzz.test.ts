/** A few hundred mutations of each format; `test/nightly/import-fuzz.test.ts` makes thousands. */
import { expect, test } from 'vitest';
import { endOf, mutated, smallFile, type Format } from './fuzz.js';

const first = Number(process.env.HEDDLE_SEED ?? 1000);
const count = Number(process.env.HEDDLE_MUTATIONS ?? 300);

test.each(['onnx', 'h5', 'tflite'] as const)(
  '%s: mutated files end in a model or a numbered error',
  async (format: Format) => {
    const whole = await smallFile(format);
    const ends = new Map<string, number>();
    for (let seed = first; seed < first + count; seed++) {
      const repeat = `HEDDLE_SEED=${seed} HEDDLE_MUTATIONS=1 npx vitest run test/import/fuzz.test.ts -t ${format}`;
      const start = performance.now();
      const end = await endOf(mutated(whole, seed), repeat);
      expect(performance.now() - start, `took long: ${repeat}`).toBeLessThan(20_000);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    // The file itself is read, or is only not lowered yet; most mutations are noticed.
    expect(await endOf(whole, format)).toMatch(/^read$|^H30[34]/);
    if (count >= 100) expect(ends.get('H3002') ?? 0).toBeGreaterThan(count / 10);
  },
);

test('tflite: every file that is cut off is refused', async () => {
  const whole = await smallFile('tflite');
  for (let length = 0; length < whole.length; length += 1 + (length % 23))
    expect(await endOf(whole.slice(0, length), `${length} bytes`)).toMatch(/^H300[12]$/);
});
