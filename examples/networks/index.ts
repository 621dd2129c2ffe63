/**
 * Complete networks with random weights, by the names of the layer tables that accelerators are compared on.
 *
 * `node --import ./src/cli/loader.mjs examples/networks/index.ts NAME [...]` writes `build/NAME.onnx`.
 */
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { writeQonnx } from '../../src/import/index.js';
import { type Flow, graphOf } from '../../src/network/layers/index.js';
import { alexNet, resNet50, vgg16 } from './classic.js';
import { proxylessMobile } from './proxyless.js';
import { autoencoder, dsCnn, mobileNetVww, resNet8 } from './small.js';

export const networks: Readonly<Record<string, () => Flow>> = {
  AlexNet: alexNet,
  VGG16: vgg16,
  ResNet50: resNet50,
  'MobileNetV1_0.25_96_VWW': mobileNetVww,
  ResNet8_CIFAR10: resNet8,
  AD_autoencoder: autoencoder,
  DSCNN_KWS: dsCnn,
  'ProxylessMobile_0.5_224': proxylessMobile,
};

function write(name: string): void {
  const network = networks[name];
  if (network === undefined) throw new RangeError(`no network ${name}; there are ${Object.keys(networks).join(', ')}`);
  mkdirSync('build', { recursive: true });
  writeQonnx(graphOf(name.replaceAll(/\W/g, '_'), network()), `build/${name}.onnx`);
  console.log(`wrote build/${name}.onnx`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2);
  for (const name of names.length === 0 ? ['ResNet8_CIFAR10'] : names) write(name);
}
