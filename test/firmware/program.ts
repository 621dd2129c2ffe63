/** `firmware/` of a build as a program of this machine, where no accelerator answers. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The vendor's functions; registers read as 0. */
const board = [
  ...['#include "xil_cache.h"', '#include "xil_io.h"', '#include "xtime_l.h"'],
  'void Xil_DCacheFlushRange(INTPTR address, uintptr_t bytes) { (void)address; (void)bytes; }',
  'void Xil_DCacheInvalidateRange(INTPTR address, uintptr_t bytes) { (void)address; (void)bytes; }',
  'uint32_t Xil_In32(uintptr_t address) { (void)address; return 0u; }',
  'void Xil_Out32(uintptr_t address, uint32_t value) { (void)address; (void)value; }',
  'void XTime_GetTime(XTime *time) { *time = 0u; }',
  '',
].join('\n');

/** What the compiler says about all sources that `fpga/vitis` chooses, and what the program prints; `scratch` is free to use. */
export function runFirmware(
  folder: string,
  scratch: string,
): { warnings: string; status: number | null; text: string } {
  writeFileSync(join(scratch, 'board.c'), board);
  const sources = readdirSync(folder).filter((name) => /^(?!heddle_(linux|cosim)).*\.c$/.test(name));
  const strict = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
  const bsp = join(import.meta.dirname, 'bsp');
  const [app, extra] = [join(scratch, 'app'), join(scratch, 'board.c')];
  const gcc = spawnSync('gcc', [...strict, `-I${bsp}`, '-o', app, ...sources, extra], {
    cwd: folder,
    encoding: 'utf8',
  });
  const run = spawnSync(app, { encoding: 'utf8' });
  return { warnings: `${gcc.stdout}${gcc.stderr}`, status: run.status, text: run.stdout };
}
