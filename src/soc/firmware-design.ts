/** `heddle_design.h`: what the firmware library has to know of one design, and `data.h`: samples for a first run. */
import type { RegisterTable } from '../blocks/registers/index.js';
import type { EngineLists } from './engine-lists.js';

/** An engine's buffer: one run of memory from address 0 on, as dma.json counts. */
export interface FirmwareBuffer {
  /** Whole, with the lists. */
  readonly bytes: number;
  readonly input: number;
  readonly output: number;
  readonly lists: EngineLists;
}

export interface FirmwareDesign {
  readonly name: string;
  readonly side: 'stream' | 'mapped';
  /** What register BUILD reads as; 0: not compared. */
  readonly build: number;
  readonly registers: RegisterTable;
  /** Bytes of a sample and of a result in memory. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Bytes of the weight image, or of an engine's weights and descriptors; 0: fixed weights. */
  readonly weightBytes: number;
  /** Engines only. */
  readonly buffer?: FirmwareBuffer;
}

/** The header; `static const`, so that several designs can stand in one program. Names begin with `heddle_<name>`. */
export function firmwareDesign(design: FirmwareDesign): string {
  const { name, side, build, registers, inputBytes, outputBytes, weightBytes, buffer } = design;
  const { counters } = registers;
  const macro = `HEDDLE_${name.toUpperCase()}`;
  const lists = buffer === undefined ? [] : [...buffer.lists.words];
  const unsigned = (value: number): string => `${value}u`;
  const lines = [
    '/* Written by Heddle: what the firmware has to know of this build. Do not edit. */',
    `#ifndef ${macro}_DESIGN_H`,
    `#define ${macro}_DESIGN_H`,
    '',
    '#include "heddle.h"',
    '',
    `#define ${macro}_INPUT_BYTES ${inputBytes}u`,
    `#define ${macro}_OUTPUT_BYTES ${outputBytes}u`,
    ...(buffer === undefined ? [] : [`#define ${macro}_BUFFER_BYTES ${buffer.bytes}u`]),
    `#define ${macro}_COUNTERS ${counters.list.length}u`,
    '',
    `static const struct heddle_counter heddle_${name}_counters[] = {`,
    ...counters.list.map(({ name: counter }, k) => `  {"${counter}", 0x${(counters.offset + 8 * k).toString(16)}u},`),
    '};',
    ...(buffer === undefined ? [] : ['', ...words(`heddle_${name}_lists`, lists)]),
    '',
    `static const struct heddle_design heddle_${name} = {`,
    `  "${name}",`,
    `  ${buffer === undefined ? 'HEDDLE_DATAFLOW' : 'HEDDLE_ENGINE'},`,
    `  ${side === 'stream' ? 'HEDDLE_STREAM' : 'HEDDLE_MAPPED'},`,
    `  0x${build.toString(16)}u, /* build */`,
    `  ${unsigned(inputBytes)}, ${unsigned(outputBytes)}, ${unsigned(weightBytes)}, /* bytes of input, output, weights */`,
    buffer === undefined
      ? '  0u, 0u, 0u, /* no buffer */'
      : `  ${[buffer.bytes, buffer.input, buffer.output].map(unsigned).join(', ')}, /* buffer: bytes, input, output */`,
    buffer === undefined
      ? '  NULL, 0u, 0u, 0u, 0u, 0u, /* no lists */'
      : `  heddle_${name}_lists, ${[lists.length, buffer.lists.offset, buffer.lists.w, buffer.lists.x, buffer.lists.y].map(unsigned).join(', ')},`,
    `  heddle_${name}_counters,`,
    `  ${macro}_COUNTERS,`,
    '};',
    '',
    `#endif /* ${macro}_DESIGN_H */`,
    '',
  ];
  return lines.join('\n');
}

/** Samples in the form in memory; `computed` is what a simulation of this build gave for them. */
export interface FirmwareSamples {
  readonly samples: number;
  readonly inputs: Uint8Array;
  readonly expected: Uint8Array;
  readonly computed: Uint8Array;
  /** Ones where the bits of the results are defined; by default all. */
  readonly care?: Uint8Array;
  /** An engine's weights and descriptors, or a weight image; empty: none. */
  readonly weights: Uint8Array;
}

/** `data.h`. */
export function firmwareData(name: string, data: FirmwareSamples): string {
  const { samples, inputs, expected, computed, weights } = data;
  const care = data.care ?? expected.map(() => 255);
  const macro = `HEDDLE_${name.toUpperCase()}`;
  return [
    '/* Written by Heddle: samples, what the network makes of them, and what a simulation of this build gave. */',
    `#ifndef ${macro}_DATA_H`,
    `#define ${macro}_DATA_H`,
    '',
    '#include <stdint.h>',
    '',
    `#define ${macro}_SAMPLES ${samples}u`,
    ...(weights.length === 0 ? [] : [`#define ${macro}_WEIGHT_BYTES ${weights.length}u`]),
    '',
    ...bytes(`heddle_${name}_inputs`, inputs, true),
    '',
    ...bytes(`heddle_${name}_expected`, expected),
    '',
    ...bytes(`heddle_${name}_computed`, computed),
    '',
    '/* Bits of the results that mean something. */',
    ...bytes(`heddle_${name}_care`, care),
    ...(weights.length === 0 ? [] : ['', ...bytes(`heddle_${name}_weights`, weights, true)]),
    '',
    `#endif /* ${macro}_DATA_H */`,
    '',
  ].join('\n');
}

function rows(values: readonly string[], perLine: number): string[] {
  return Array.from({ length: Math.ceil(values.length / perLine) }, (_, k) => {
    return `  ${values.slice(k * perLine, (k + 1) * perLine).join(', ')},`;
  });
}

/** Where a DMA reads it, an array begins at a line of the cache, which is a beat of any stream too. */
const bytes = (name: string, data: Uint8Array, moved = false): string[] => [
  `static const uint8_t ${name}[${data.length}]${moved ? ' __attribute__((aligned(64)))' : ''} = {`,
  ...rows([...data].map(String), 24),
  '};',
];

const words = (name: string, data: readonly number[]): string[] => [
  `static const uint32_t ${name}[${data.length}] = {`,
  ...rows(
    data.map((word) => `0x${word.toString(16)}u`),
    8,
  ),
  '};',
];
