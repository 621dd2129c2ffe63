/** `main.c`: an example for a bare machine, which is what the scripts of `fpga/vitis` build. */
import type { FirmwareDesign } from './firmware-design.js';

export interface FirmwareMain {
  readonly design: Pick<FirmwareDesign, 'name' | 'side' | 'buffer'>;
  /** Addresses of the registers: accelerator, DMA of samples and results, DMA of weights; 0: there is none. */
  readonly bases: readonly [control: number, data: number, weights: number];
  /** Whether `data.h` has weights to load, a debugger puts them to IMAGE_ADDRESS, or those of the build are there anyhow. */
  readonly weights: 'data' | 'apart' | 'built in';
  /** How the image is put together, for the comment where it is not in `data.h`. */
  readonly image: string;
}

const windows = ['CONTROL_BASE', 'DMA_BASE', 'DMA_WEIGHTS_BASE'] as const;

/** The text; it includes `data.h` and `heddle_design.h` beside it. */
export function firmwareMain({ design, bases, weights, image }: FirmwareMain): string {
  const { name, side, buffer } = design;
  const macro = `HEDDLE_${name.toUpperCase()}`;
  const engine = buffer !== undefined;
  const rings = engine && side === 'stream';
  return [
    '/*',
    ' * Written by Heddle: computes the samples of data.h, compares the results, and prints the counters. Ends with 0 when all',
    ' * are right. Addresses are those that fpga/vivado/project.tcl gives; other systems define their own.',
    ' */',
    '#include <stdio.h>',
    '',
    '#include "data.h"',
    '#include "heddle_baremetal.h"',
    '#include "heddle_design.h"',
    '',
    ...windows.flatMap((window, k) => [
      `#ifndef ${window}`,
      `#define ${window} 0x${(bases[k] ?? 0).toString(16)}u`,
      '#endif',
    ]),
    ...(weights === 'apart'
      ? [
          `/* Too large for data.h: ${image}. */`,
          '#ifndef IMAGE_ADDRESS',
          '#define IMAGE_ADDRESS 0x10000000u',
          '#endif',
        ]
      : []),
    '#define LINE 64u',
    '',
    'static struct heddle device;',
    'static struct heddle_baremetal machine;',
    'static struct heddle_options options;',
    `static unsigned char output[HEDDLE_WHOLE_LINES(${macro}_SAMPLES * ${macro}_OUTPUT_BYTES, LINE)] __attribute__((aligned(64)));`,
    ...(engine
      ? [`static unsigned char buffer[HEDDLE_WHOLE_LINES(${macro}_BUFFER_BYTES, LINE)] __attribute__((aligned(64)));`]
      : []),
    ...(rings
      ? [
          '/* One for every transfer of a frame, and one more. */',
          `static unsigned char descriptors[(sizeof heddle_${name}_lists / 16u + 1u) * 64u] __attribute__((aligned(64)));`,
        ]
      : []),
    '',
    '/* Results that are like `due` in all bits that mean something. */',
    'static uint32_t equal_results(const uint8_t *due) {',
    '  uint32_t equal = 0u;',
    '  uint32_t sample;',
    `  for (sample = 0u; sample < ${macro}_SAMPLES; sample++) {`,
    '    uint32_t different = 0u;',
    '    uint32_t byte;',
    `    for (byte = 0u; byte < ${macro}_OUTPUT_BYTES; byte++) {`,
    `      uint32_t at = sample * ${macro}_OUTPUT_BYTES + byte;`,
    `      different |= ((uint32_t)output[at] ^ due[at]) & heddle_${name}_care[at];`,
    '    }',
    '    if (different == 0u) equal++;',
    '  }',
    '  return equal;',
    '}',
    '',
    'static int print_counters(void) {',
    `  uint64_t values[${macro}_COUNTERS];`,
    '  uint32_t k;',
    `  int status = heddle_counters(&device, values, ${macro}_COUNTERS, 0);`,
    '  if (status != HEDDLE_OK) return status;',
    `  for (k = 0u; k < ${macro}_COUNTERS; k++)`,
    `    printf("%s %llu\\n", heddle_${name}_counters[k].name, (unsigned long long)values[k]);`,
    '  return HEDDLE_OK;',
    '}',
    '',
    'static int run(void) {',
    '  const uintptr_t bases[3] = {CONTROL_BASE, DMA_BASE, DMA_WEIGHTS_BASE};',
    '  int status;',
    '  /* It polls; with 1 here the interrupt has to be connected to heddle_baremetal_interrupt. */',
    '  heddle_baremetal_init(&machine, bases, 0);',
    '  options.timeout_us = 10000000u;',
    ...(engine ? ['  options.buffer = buffer;'] : []),
    ...(rings ? ['  options.descriptors = descriptors;', '  options.descriptor_bytes = sizeof descriptors;'] : []),
    `  status = heddle_init(&device, &heddle_${name}, &machine.platform, &options);`,
    ...(weights === 'built in'
      ? []
      : weights === 'apart'
        ? [
            '  if (status == HEDDLE_OK)',
            `    status = heddle_load_weights(&device, (const void *)(uintptr_t)IMAGE_ADDRESS, heddle_${name}.weight_bytes);`,
          ]
        : [
            `  if (status == HEDDLE_OK) status = heddle_load_weights(&device, heddle_${name}_weights, ${macro}_WEIGHT_BYTES);`,
          ]),
    `  if (status == HEDDLE_OK) status = heddle_predict(&device, heddle_${name}_inputs, output, ${macro}_SAMPLES);`,
    '  return status == HEDDLE_OK ? print_counters() : status;',
    '}',
    '',
    'int main(void) {',
    '  uint32_t expected;',
    '  int status = run();',
    '  if (status != HEDDLE_OK) {',
    '    printf("FAIL: %s\\n", heddle_status_text(status));',
    '    if (status == HEDDLE_FAILED)',
    '      printf("%s, %s, place %lu\\n", heddle_code_text(&device, device.error.code),',
    '             heddle_port_text(&device, device.error.port), (unsigned long)device.error.place);',
    '    return 1;',
    '  }',
    `  expected = equal_results(heddle_${name}_expected);`,
    '  printf("%s: of %lu results %lu are as expected, %lu as simulated\\n",',
    `         expected == ${macro}_SAMPLES ? "PASS" : "FAIL", (unsigned long)${macro}_SAMPLES, (unsigned long)expected,`,
    `         (unsigned long)equal_results(heddle_${name}_computed));`,
    `  return expected == ${macro}_SAMPLES ? 0 : 1;`,
    '}',
    '',
  ].join('\n');
}
