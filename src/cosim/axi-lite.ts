/** An AXI4-Lite bus as five streams: for drivers, stall patterns and the protocol rules that all channels share. */
import type { StreamField, StreamSpec } from './streams.js';

/**
 * The channels of subordinate ports `<prefix>_*`, with 32 bits of data. Names are those of the channels (`<prefix>_aw`),
 * fields as on the bus without the prefix (`awaddr`).
 */
export function axiLiteStreams(prefix: string, addressWidth: number): StreamSpec[] {
  const make = (
    channel: 'aw' | 'w' | 'b' | 'ar' | 'r',
    role: StreamSpec['role'],
    fields: readonly (readonly [string, number])[],
  ): StreamSpec => ({
    name: `${prefix}_${channel}`,
    role,
    valid: `${prefix}_${channel}valid`,
    ready: `${prefix}_${channel}ready`,
    fields: fields.map(([suffix, width]): StreamField => {
      const name = `${channel}${suffix}`;
      return { name, port: `${prefix}_${name}`, width };
    }),
  });
  const address = [
    ['addr', addressWidth],
    ['prot', 3],
  ] as const;
  return [
    make('aw', 'sink', address),
    make('w', 'sink', [
      ['data', 32],
      ['strb', 4],
    ]),
    make('b', 'source', [['resp', 2]]),
    make('ar', 'sink', address),
    make('r', 'source', [
      ['data', 32],
      ['resp', 2],
    ]),
  ];
}
