/** The text of a design for Verilator, with its memory images. */
import type { Design, Image } from '../../src/circuit/index.js';
import type { TextFile } from '../../src/cosim/verilator-build.js';
import { emitDesign, imageFiles, renderImage } from '../../src/verilog/index.js';

/** `images` are those of the top's own parameters; images of instances are found in the design. */
export function emitText(design: Design, images: Readonly<Record<string, Image>> = {}): readonly TextFile[] {
  return [
    ...emitDesign(design),
    ...Object.values(images).map((image) => ({ name: image.file, text: renderImage(image) })),
    ...imageFiles(design).map(({ name, text }) => ({ name, text })),
  ];
}
