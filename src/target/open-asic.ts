/**
 * Flows for open PDKs: `asic/orfs/config.mk` of the OpenROAD flow scripts and `asic/librelane/config.json`. They read the text
 * for chips (`rtl_asic`), and bring libraries, LEF and GDS of their platforms along.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClockGateCell } from './clock-gates.js';
import { designSdc, type SdcEnvironment } from './constraints.js';
import { periodNs, type TargetDesign } from './design.js';
import { validated } from './schema.js';

export interface OpenTechnology {
  readonly name: string;
  /** Folder of ORFS's `flow/platforms`. */
  readonly platform: string;
  readonly utilization_percent: number;
  readonly density_addon?: number;
  readonly clock_gate?: ClockGateCell;
  readonly librelane?: { readonly pdk: string; readonly scl: string };
  readonly environment?: {
    readonly driving?: { readonly cell: string; readonly pin: string };
    readonly load?: number;
    readonly uncertainty_setup_ns?: number;
    readonly uncertainty_hold_ns?: number;
    readonly max_transition_ns?: number;
    readonly max_fanout?: number;
  };
}

const schema = fileURLToPath(new URL('../../asic/open.schema.json', import.meta.url));

/** The open technology of a file; undefined where it describes no platform but libraries (`readTechnology`). Throws H2502. */
export function readOpenTechnology(path: string): OpenTechnology | undefined {
  const text = readFileSync(path, 'utf8');
  if (!/"platform"\s*:/.test(text)) return undefined;
  return validated<OpenTechnology>(path, text, schema, 'H2502');
}

/** Files by path below the directory of a build; sources of `design` are those of `rtlFolder`. */
export function openAsicFiles(
  design: TargetDesign,
  technology: OpenTechnology,
  rtlFolder: string,
): ReadonlyMap<string, string> {
  const sdc = `constraints/${design.name}.sdc`;
  return new Map([
    [sdc, designSdc(design, environment(technology))],
    ['asic/orfs/config.mk', orfsConfig(design, technology, rtlFolder, sdc)],
    ...(technology.librelane === undefined
      ? []
      : [['asic/librelane/config.json', librelaneConfig(design, technology, rtlFolder, sdc)] as const]),
  ]);
}

function orfsConfig(design: TargetDesign, technology: OpenTechnology, folder: string, sdc: string): string {
  const { platform, utilization_percent: utilization, density_addon: addon } = technology;
  const files = design.sources.map((name) => ` \\\n  $(HEDDLE_BUILD)/${folder}/${name}`).join('');
  return `# ${design.title} at ${design.clockMhz} MHz for the OpenROAD flow scripts, platform ${platform}
#
#   make -C ORFS/flow DESIGN_CONFIG=$PWD/asic/orfs/config.mk
#
# Times of the constraints are in ns, as the platform has them.
HEDDLE_BUILD := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)

export DESIGN_NAME     = ${design.top}
export DESIGN_NICKNAME = ${design.name}
export PLATFORM        = ${platform}

export VERILOG_FILES   =${files}
export VERILOG_DEFINES = -D SYNTHESIS
export SDC_FILE        = $(HEDDLE_BUILD)/${sdc}

# The text is SystemVerilog. FIFOs and buffers become flops: what is larger than this stops synthesis.
export SYNTH_HDL_FRONTEND    = slang
export SYNTH_MEMORY_MAX_BITS ?= 65536

export CORE_UTILIZATION       ?= ${utilization}
${addon === undefined ? '' : `export PLACE_DENSITY_LB_ADDON  ?= ${addon}\n`}export TNS_END_PERCENT        ?= 100
`;
}

/** Paths of a configuration of LibreLane are relative to its file with `dir::`. */
function librelaneConfig(design: TargetDesign, technology: OpenTechnology, folder: string, sdc: string): string {
  const { librelane, utilization_percent: utilization, density_addon: addon } = technology;
  const config = {
    meta: { version: 3, flow: 'Classic' },
    DESIGN_NAME: design.top,
    ...(librelane === undefined ? {} : { PDK: librelane.pdk, STD_CELL_LIBRARY: librelane.scl }),
    VERILOG_FILES: design.sources.map((name) => `dir::../../${folder}/${name}`),
    VERILOG_DEFINES: ['SYNTHESIS'],
    USE_SLANG: true,
    CLOCK_PORT: 'aclk',
    CLOCK_PERIOD: Number(periodNs(design.clockMhz)),
    PNR_SDC_FILE: `dir::../../${sdc}`,
    SIGNOFF_SDC_FILE: `dir::../../${sdc}`,
    FP_CORE_UTIL: utilization,
    PL_TARGET_DENSITY_PCT: Math.min(100, Math.round(utilization + 100 * (addon ?? 0.1))),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function environment({ environment: given = {} }: OpenTechnology): SdcEnvironment {
  const { driving, load, uncertainty_setup_ns, uncertainty_hold_ns, max_transition_ns, max_fanout } = given;
  return {
    ...(driving === undefined ? {} : { driving }),
    ...(load === undefined ? {} : { load }),
    ...(uncertainty_setup_ns === undefined ? {} : { uncertaintySetupNs: uncertainty_setup_ns }),
    ...(uncertainty_hold_ns === undefined ? {} : { uncertaintyHoldNs: uncertainty_hold_ns }),
    ...(max_transition_ns === undefined ? {} : { maxTransitionNs: max_transition_ns }),
    ...(max_fanout === undefined ? {} : { maxFanout: max_fanout }),
  };
}
