/** Programs and boot images: scripts of `fpga/vitis` for Vitis (Python) and xsct, a `.bif`, a Makefile that joins them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Board } from './boards.js';
import type { TargetDesign } from './design.js';
import { tclSettings } from './tcl.js';

/** What the two generations of Zynq call their parts. */
const systems = {
  ps7: { arch: 'zynq', cpu: 'ps7_cortexa9_0', boot: ['fsbl.elf'] },
  ps8: { arch: 'zynqmp', cpu: 'psu_cortexa53_0', boot: ['fsbl.elf', 'pmufw.elf'] },
} as const;

const scripts = ['vitis_build.py', 'xsct_build.tcl'];
const folder = fileURLToPath(new URL('../../fpga/vitis/', import.meta.url));

/** Files by path below the directory of a build; none for a board without a processor. */
export function vitisFiles(design: TargetDesign, board: Board): ReadonlyMap<string, string> {
  const { processor } = board;
  if (processor === undefined) return new Map();
  const { arch, cpu, boot } = systems[processor.kind];
  const domain = `standalone_${cpu}`;
  const files = new Map(scripts.map((name) => [`fpga/vitis/${name}`, readFileSync(`${folder}${name}`, 'utf8')]));
  const settings = { name: design.name, cpu, domain, boot_files: boot };
  files.set('fpga/vitis/settings.json', `${JSON.stringify(settings, undefined, 2)}\n`);
  const title = `# ${design.title} on ${board.title}: the values that xsct_build.tcl reads\n`;
  files.set(
    'fpga/vitis/settings.tcl',
    `${title}${tclSettings(Object.entries({ name: design.name, cpu, boot_files: boot }))}`,
  );
  files.set('fpga/vitis/boot.bif', bootImage(design, processor.kind));
  files.set('fpga/vitis/Makefile', makefile(design, board, arch));
  return files;
}

/** Partitions in the order in which the boot loader takes them. Paths are seen from `fpga/vitis`. */
function bootImage({ name }: TargetDesign, kind: keyof typeof systems): string {
  const bit = `../vivado/project/${name}.bit`;
  const lines =
    kind === 'ps7'
      ? ['[bootloader] out/fsbl.elf', bit, 'out/app.elf']
      : [
          '[bootloader, destination_cpu=a53-0] out/fsbl.elf',
          '[pmufw_image] out/pmufw.elf',
          `[destination_device=pl] ${bit}`,
          '[destination_cpu=a53-0, exception_level=el-3] out/app.elf',
        ];
  return `the_ROM_image:\n{\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function makefile({ name, title }: TargetDesign, { boot, flash, title: board }: Board, arch: string): string {
  const card = 'copy out/BOOT.bin to the first partition (FAT) of an SD card';
  const flashing =
    flash === undefined
      ? `	@echo "the data of this board name no flash to be written from its begin. ${boot ?? `Instead: ${card}`}"; exit 1\n`
      : '	program_flash -f out/BOOT.bin -offset 0 -flash_type $(FLASH) -fsbl out/fsbl.elf -url $(SERVER)\n';
  return `# ${title} on the ${board}: program and boot image.
#
#   make -C fpga/vitis           out/BOOT.bin: boot loader, bitstream, program${boot === undefined ? '; an SD card boots from it as it is' : ''}
${flash === undefined ? '' : '#   make -C fpga/vitis flash     the same into the flash of the board, over JTAG\n'}${boot === undefined ? '' : `#\n# ${boot}\n`}#
# Wants ../vivado/project/${name}.xsa and .bit of fpga/vivado/project.tcl, and Vitis on PATH. TOOL=vitis or xsct: the Python
# of Vitis from 2023.2 on, xsct in front of that.
XSA    ?= ../vivado/project/${name}.xsa
BIT     = ../vivado/project/${name}.bit
TOOL   ?= $(shell vitis -version 2>/dev/null | grep -oE '20[0-9][0-9]\\.[0-9]' | head -n 1 | awk '{found = 1; print ($$1 >= 2023.2) ? "vitis" : "xsct"} END {if (!found) print "vitis"}')
SERVER ?= tcp:localhost:3121
${flash === undefined ? '' : `FLASH  ?= ${flash.type}\n`}
.PHONY: all flash clean
all: out/BOOT.bin

out/app.elf: $(XSA) $(wildcard ../../firmware/*.c ../../firmware/*.h)
ifeq ($(TOOL),xsct)
	xsct xsct_build.tcl $(XSA)
else
	vitis -s vitis_build.py $(XSA)
endif

out/BOOT.bin: out/app.elf $(BIT) boot.bif
	bootgen -arch ${arch} -image boot.bif -o $@ -w on

flash: out/BOOT.bin
${flashing}
clean:
	rm -rf out workspace
`;
}
