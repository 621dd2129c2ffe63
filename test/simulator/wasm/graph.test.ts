import { expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { componentLists } from '../../../src/simulator/wasm/graph.js';

/** Which nodes each node reaches, itself included. */
function reach(successors: readonly (readonly number[])[]): boolean[][] {
  return successors.map((_, root) => {
    const seen = successors.map(() => false);
    const todo = [root];
    for (let n = todo.pop(); n !== undefined; n = todo.pop()) {
      if (seen[n] === true) continue;
      seen[n] = true;
      todo.push(...(successors[n] ?? []));
    }
    return seen;
  });
}

test('components are what reaches each other, successors first (300 random graphs)', () => {
  for (let seed = 0; seed < 300; seed++) {
    const r = randomStream(BigInt(seed), 'graph');
    const count = 1 + r.nextInt(14);
    const successors = Array.from({ length: count }, () =>
      Array.from({ length: r.nextInt(4) }, () => r.nextInt(count)),
    );
    const reaches = reach(successors);
    const found = componentLists(successors);
    expect(
      found.flat().sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(successors.map((_, n) => n));
    const home = new Map(found.flatMap((members, k) => members.map((m) => [m, k] as const)));
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        const together = reaches[a]?.[b] === true && reaches[b]?.[a] === true;
        expect(home.get(a) === home.get(b), `seed ${seed}: ${a} and ${b}`).toBe(together);
        if (reaches[a]?.[b] === true)
          expect(home.get(b), `seed ${seed}: ${b} before ${a}`).toBeLessThanOrEqual(home.get(a) ?? -1);
      }
    }
  }
});
