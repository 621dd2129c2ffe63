/**
 * Contents of ROMs in the text: for chips, where nothing reads a file when the power comes on and synthesis leaves
 * `initial` blocks out. Every module with a read-only memory becomes one module for each image that it is given.
 *
 * A memory that can be written loses its contents: on a chip it wakes up with anything and has to be loaded.
 */
import { allItems } from './walk.js';
import type { Design, Image, Item, ModuleDef, Signal } from './module.js';

type Images = Readonly<Record<string, Image | undefined>>;
type Instance = Extract<Item, { item: 'instance' }>;

/**
 * `design` without image parameters; `images` are those of the top. Modules are called after their image:
 * `matvec_s_dense_0_weights`. Throws where a ROM is left without contents.
 */
export function bindImages(design: Design, images: Images = {}): Design {
  const modules: Record<string, ModuleDef> = {};
  const names = new Map<string, string>();
  const bind = (name: string, given: Images): string => {
    const def = design.modules[name];
    if (def === undefined) throw new Error(`design has no module '${name}'`);
    if (def.external !== undefined || !touched(design, name)) {
      for (const item of allItems(def.items)) if (item.item === 'instance') bind(item.module, {});
      modules[name] = def;
      return name;
    }
    const key = JSON.stringify([name, Object.entries(given).map(([param, image]) => [param, image?.file])]);
    const known = names.get(key);
    if (known !== undefined) return known;
    const base = [name, ...Object.values(given).flatMap(imageName)].join('_');
    const bound =
      name === design.top
        ? name
        : freshName(base, (each) => each in modules || (each !== name && each in design.modules));
    names.set(key, bound);
    modules[bound] = def;
    modules[bound] = boundModule(def, bound, given, (item) => bind(item.module, imagesOf(item, given)));
    return bound;
  };
  const top = bind(design.top, images);
  return { top, modules };
}

/** `dense_0_weights.mem` gives `dense_0_weights`. */
const imageName = (image: Image | undefined): string[] =>
  image === undefined ? [] : [image.file.replace(/\.\w+$/, '').replace(/\W/g, '_')];

function freshName(base: string, taken: (name: string) => boolean): string {
  let name = base;
  for (let n = 2; taken(name); n++) name = `${base}_${n}`;
  return name;
}

/** Whether images are given anywhere in a module or below it, or are parameters of it. */
function touched(design: Design, name: string): boolean {
  const def = design.modules[name];
  if (def === undefined || def.external !== undefined) return false;
  if (def.params.some(({ kind }) => kind === 'image')) return true;
  return allItems(def.items).some((item) => item.item === 'instance' && touched(design, item.module));
}

function imagesOf(item: Instance, outer: Images): Images {
  const found: Record<string, Image | undefined> = {};
  for (const [param, actual] of Object.entries(item.actuals)) {
    if (actual.op === 'image') found[param] = actual.image;
    else if (actual.op === 'imageParam') found[param] = outer[actual.name];
  }
  return found;
}

function boundModule(def: ModuleDef, name: string, images: Images, child: (item: Instance) => string): ModuleDef {
  const instances = (items: readonly Item[]): Item[] =>
    items.map((item) => {
      switch (item.item) {
        case 'instance': {
          const numbers = Object.entries(item.actuals).filter(([, a]) => a.op !== 'image' && a.op !== 'imageParam');
          return { ...item, module: child(item), actuals: Object.fromEntries(numbers) };
        }
        case 'for':
          return { ...item, items: instances(item.items) };
        case 'if':
          return { ...item, then: instances(item.then), else: instances(item.else) };
        default:
          return item;
      }
    });
  return {
    ...def,
    name,
    params: def.params.filter(({ kind }) => kind !== 'image'),
    signals: def.signals.map((signal) => boundSignal(name, signal, images)),
    items: instances(def.items),
  };
}

function boundSignal(module: string, signal: Signal, images: Images): Signal {
  if (signal.kind !== 'memory' || signal.image === undefined) return signal;
  const { image, ...rest } = signal;
  if (signal.readOnly !== true) return rest;
  const contents = images[image];
  if (contents === undefined) throw new Error(`${module}: ${signal.name} has no contents, nothing gives ${image}`);
  return { ...rest, contents };
}
