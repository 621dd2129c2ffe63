import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { type Board, boardNames, findBoard } from '../../src/target/boards.js';
import { vivadoSettings } from '../../src/target/vivado.js';
import { sampleDesign } from './designs.js';

describe('boards', () => {
  it('are those that we promise', () => {
    expect(boardNames()).toEqual(
      expect.arrayContaining('arty-a7-100 icebreaker kv260 pynq-z1 pynq-z2 ulx3s ultra96-v2 zcu102 zcu104'.split(' ')),
    );
    for (const name of boardNames()) expect(findBoard(name)?.name).toBe(name);
  });

  it('are found in any case, and not where there is none', () => {
    expect(findBoard('PYNQ-Z2')?.part).toBe('xc7z020clg400-1');
    expect(findBoard('pynq-z9')).toBeUndefined();
  });

  const made = (change: object, name = 'loom-1'): (() => Board | undefined) => {
    const directory = dirSync({ unsafeCleanup: true }).name;
    const board = {
      ...{ name: 'loom-1', title: 'Loom 1', part: 'xc7a200tfbg484-1', family: 'xc7', flow: 'vivado', stream_bits: 32 },
      resources: { lut: 134600, ff: 269200, bram36: 365, dsp: 740 },
      clock: { pin: 'R4', mhz: 200 },
      reset: { pin: 'G4' },
      ...change,
    };
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(board));
    return () => findBoard(name, directory);
  };

  it('a made-up board needs a file and no code', () => {
    const board = made({})() as Board;
    const settings = vivadoSettings(sampleDesign, board);
    expect(settings).toMatch(/set part +xc7a200tfbg484-1\n/);
    expect(settings).toMatch(/set system +none\n/);
    expect(settings).toMatch(/set board_clock_mhz +200\n/);
  });

  it.each([
    [{ flow: 'quartus' }, /flow must be equal to one of the allowed values: vivado nextpnr-ice40/],
    [
      { resources: { lut: 1, ff: 1, bram36: 1 }, dsps: 3 },
      /required property 'dsp'[^]*additional properties: dsps|additional properties: dsps[^]*required property 'dsp'/,
    ],
    [{ clock: undefined }, /required property/],
    [{ flow: 'nextpnr-ice40' }, /required property 'device'/],
    [{ name: 'loom-2' }, /loom-1.json: the board is called loom-2/],
  ])('%j is refused with what is wrong', (change, message) => {
    expect(made(change)).toThrow(message);
  });
});
