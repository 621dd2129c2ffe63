/** Descriptors of the pixel stream: how rows of a tensor reach their place in the X-RAM. */
import type { Engine } from '../config.js';
import { descriptorMagic, type Descriptor } from '../descriptor.js';
import type { TensorPlace } from '../tensor-place.js';

/**
 * The descriptor of rows `row0` .. `row0 + rows - 1`. `scatter`: the stream carries words of consecutive pixels, as results
 * leave the engine, and the loader deals them to the phases of the place; otherwise it carries the phases one by one.
 * `waitDone`: passes that must be done before the first row may overwrite what was there.
 */
export function inputDescriptor(
  engine: Pick<Engine, 'P' | 'D' | 'M'>,
  place: TensorPlace,
  part: { readonly row0: number; readonly rows: number; readonly waitDone?: number; readonly scatter?: boolean },
): Descriptor {
  const { P, D, M } = engine;
  const blocks = Math.ceil(place.channels / M);
  const scatter = part.scatter === true && place.phases > 1;
  return {
    magic: descriptorMagic,
    waitDone: (part.waitDone ?? 0) & 0xffff,
    rows: part.rows,
    blocks,
    words: scatter ? Math.ceil(place.width / P) : place.words,
    groups: M / D,
    groupsLast: Math.ceil((place.channels - (blocks - 1) * M) / D),
    base: place.base,
    phases: scatter ? 1 : place.phases,
    group0: place.group0,
    rowStride: place.rowStride,
    blockStride: place.blockStride,
    ring: place.ring,
    slot0: part.row0 % place.ring,
    phaseStride: place.phaseStride,
    scatter: scatter ? place.phases : 1,
    width: place.width,
  };
}

/**
 * The descriptor of rows of one slab of a tensor: channels `slab.channel0` .. of it, in words as results leave the engine
 * (`scatter`) or phase by phase. Slabs begin at a multiple of D channels.
 */
export function slabDescriptor(
  engine: Pick<Engine, 'P' | 'D' | 'M'>,
  place: TensorPlace,
  slab: { readonly channel0: number; readonly channels: number },
  part: { readonly row0: number; readonly rows: number; readonly waitDone?: number; readonly scatter?: boolean },
): Descriptor {
  const { D, M } = engine;
  const line = place.group0 * D + slab.channel0;
  const groups = Math.ceil(slab.channels / D);
  return {
    ...inputDescriptor(engine, place, part),
    ...{ blocks: 1, groups, groupsLast: groups },
    ...{ base: place.base + Math.floor(line / M) * place.blockStride, group0: (line % M) / D },
  };
}
