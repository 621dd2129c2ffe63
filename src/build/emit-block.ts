/** The text of a library block at chosen defaults: its files in compile order, and the memories that they read. */
import { emitDesign, type EmittedFile, renderImage } from '../verilog/index.js';
import { registeredBlocks } from './block-registry.js';
import { type BlockInstance, exampleImages, libraryInstance } from './library-block.js';

export interface EmittedBlock {
  readonly block: BlockInstance;
  /** Leaves first. */
  readonly sources: readonly EmittedFile[];
  /** Files of the image parameters, made when they are asked for: they can be large. */
  readonly memories: () => readonly { readonly param: string; readonly file: EmittedFile }[];
}

export function emitBlock(name: string, given: Readonly<Record<string, number | string>> = {}): EmittedBlock {
  const block = libraryInstance(name, given);
  return {
    block,
    sources: emitDesign(block.design),
    memories: () =>
      Object.entries(exampleImages(block)).map(([param, image]) => ({
        param,
        file: { name: image.file, text: renderImage(image) },
      })),
  };
}

export interface ListedFamily {
  /** Name, or a pattern of names. */
  readonly family: string;
  readonly names: readonly string[];
  /** What it does, one line. */
  readonly summary: string;
  readonly params: readonly string[];
}

/** All blocks, those of one family together; parameters as `NAME=default`. */
export function listBlocks(): ListedFamily[] {
  const families = [...new Set(registeredBlocks.map(({ family }) => family))];
  return families.map((family) => {
    const members = registeredBlocks.filter((each) => each.family === family);
    const { doc = '', params = {} } = members[0] ?? {};
    return {
      family,
      names: members.map(({ name }) => name),
      summary: doc.split('\n')[0] ?? '',
      params: Object.entries(params).flatMap(([name, spec]) =>
        spec.param === 'nat' ? [`${name}=${spec.default}`] : [],
      ),
    };
  });
}
