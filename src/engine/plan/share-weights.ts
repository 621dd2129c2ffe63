/**
 * Codes that are wider than a pixel leave in one layer a byte, all with the same weights. Pass by pass these would come once a
 * byte; weight tile by weight tile they come once: the first byte of a tile keeps them in the ring, the others use them again.
 */
import type { Engine } from '../config.js';
import { tileChannels } from '../passes.js';
import type { ScheduledLoad, ScheduledPass } from './scheduled.js';

/**
 * The passes with those of the last layers (`parts`, tensors of the same sums) dealt by weight tiles, where each is one pass,
 * nothing is loaded behind the first of them, and a weight tile fits the ring; otherwise the passes as they are.
 */
export function shareWeights(
  engine: Engine,
  passes: readonly ScheduledPass[],
  loads: readonly ScheduledLoad[],
  parts: readonly string[],
): readonly ScheduledPass[] {
  const own = passes.slice(-parts.length);
  const [first] = own;
  if (parts.length < 2 || first === undefined || !own.every((pass, k) => sameSums(first, pass, parts[k])))
    return passes;
  const { header } = first.pass;
  const words = header.wWords * header.CHN;
  const plain = header.hasWeights === 1 && header.wKeep === 0 && header.wReuse === 0;
  if (!plain || words > engine.WD || loads.some(({ group }) => group > first.group)) return passes;
  // Half of the ring for the next weights, where a tile leaves as much.
  const tiles = Math.max(1, Math.floor(engine.WD / 2 / words));
  const dealt: ScheduledPass[] = [];
  for (let tile = 0; tile < header.OTN; tile += tiles)
    own.forEach((scheduled, part) => {
      const keeps = { wReuse: part > 0 ? 1 : 0, wKeep: part < own.length - 1 ? 1 : 0 };
      const some = tilesOf(engine, scheduled, tile, Math.min(tiles, header.OTN - tile));
      const flush = tile === 0 ? scheduled.pass.header.flush : 0;
      dealt.push({ ...some, pass: { ...some.pass, header: { ...some.pass.header, ...keeps, flush } } });
    });
  return [...passes.slice(0, -parts.length), ...dealt];
}

/** The pass computes `output` from the same sums as the first one, and waits for nothing that this did not wait for. */
function sameSums(first: ScheduledPass, { pass, layer }: ScheduledPass, output: string | undefined): boolean {
  if (layer.output !== output || layer.input !== first.layer.input || layer.residual !== undefined) return false;
  const [a, b] = [first.pass.header, pass.header];
  const same = (['Ho', 'OTN', 'Mlast', 'CHN', 'wWords', 'xBase', 'xCh0', 'wKeep', 'wReuse', 'dstXram'] as const).every(
    (field) => a[field] === b[field],
  );
  const [weights, others] = [first.layer.layer.weights, layer.layer.weights];
  if (!same || a.dstXram === 1 || weights === undefined || weights.length !== others?.length) return false;
  return (pass === first.pass || b.flush === 0) && weights.every((weight, index) => weight === others[index]);
}

/** `count` weight tiles of a pass from `tile` on, as a pass of their own. */
function tilesOf(engine: Engine, scheduled: ScheduledPass, tile: number, count: number): ScheduledPass {
  const { pass } = scheduled;
  const Mlast = tileChannels(engine.M, pass.header, tile + count - 1);
  const weights = {
    ...pass.weights,
    ...{ channel0: pass.weights.channel0 + tile * engine.M, channels: (count - 1) * engine.M + Mlast },
  };
  const header = { ...pass.header, OTN: count, Mlast, gLast: Math.ceil(Mlast / engine.D) };
  return { ...scheduled, pass: { ...pass, weights, header } };
}
