/** What sliding windows give, by indexing whole images. */
import { packBigLanes } from '../../../src/dataflow/stages/lanes.js';
import type { PatchWindowSizes } from '../../../src/dataflow/stages/patch-window.model.js';
import type { PatchOrder } from '../../../src/dataflow/stages/sliding-window.js';

/** Beats of the patches of whole images: `images` is a list of beats, [image][row][column][group]. */
export function patches(order: PatchOrder, sizes: PatchWindowSizes, images: readonly bigint[]): bigint[] {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W, PAD } = sizes;
  const padding = packBigLanes(new Array<bigint>(SIMD).fill(BigInt(PAD)), X_W);
  const out: bigint[] = [];
  for (let start = 0; start < images.length; start += H * W * FOLDS) {
    const beat = (y: number, x: number, f: number): bigint =>
      y < 0 || y >= H || x < 0 || x >= W ? padding : (images[start + (y * W + x) * FOLDS + f] ?? -1n);
    for (let y = -PT; y + (KH - 1) * DH < H + PB; y += SH) {
      for (let x = -PL; x + (KW - 1) * DW < W + PR; x += SW) {
        const patch: { readonly group: number; readonly beat: bigint }[] = [];
        for (let ky = 0; ky < KH; ky++)
          for (let kx = 0; kx < KW; kx++)
            for (let f = 0; f < FOLDS; f++) patch.push({ group: f, beat: beat(y + ky * DH, x + kx * DW, f) });
        if (order === 'groups') patch.sort((a, b) => a.group - b.group);
        out.push(...patch.map((each) => each.beat));
      }
    }
  }
  return out;
}
