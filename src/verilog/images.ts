/** Contents of read-only memories as files for `$readmemh`. */
import { HeddleError } from '../base/diagnostics.js';
import { allItems, type Design, type Image } from '../circuit/index.js';

/** One word a line, hexadecimal, address 0 first. */
export function renderImage(image: Image): string {
  const digits = Math.ceil(image.width / 4);
  const mask = (1n << BigInt(image.width)) - 1n;
  return image.words.map((word) => `${(word & mask).toString(16).padStart(digits, '0')}\n`).join('');
}

/** Every image that an instance of the design is given, each file once, with its text. */
export function imageFiles(design: Design): { readonly name: string; readonly image: Image; readonly text: string }[] {
  const files = new Map<string, { name: string; image: Image; text: string }>();
  for (const def of Object.values(design.modules)) {
    for (const item of allItems(def.items)) {
      if (item.item !== 'instance') continue;
      for (const actual of Object.values(item.actuals)) {
        if (actual.op !== 'image') continue;
        const file = { name: actual.image.file, image: actual.image, text: renderImage(actual.image) };
        const known = files.get(file.name);
        if (known !== undefined && known.text !== file.text) throw clash(file.name);
        files.set(file.name, file);
      }
    }
  }
  return [...files.values()];
}

function clash(name: string): HeddleError {
  return new HeddleError({
    code: 'H1110',
    message: `${name}: two images of different contents have this file name`,
    places: [{ text: name }],
    fix: 'give one of the images another file name',
  });
}
