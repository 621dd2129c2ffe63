/** From `--engine` and the integer stages of a network to the plan and the program of a frame. */
import { numberedError } from '../../base/diagnostics.js';
import { readFileSync } from 'node:fs';
import { Engine } from '../../engine/config.js';
import { looksLikePlan, readPlan, type EnginePlan } from '../../engine/plan/engine-plan.js';
import { lowerStages } from '../../engine/plan/lower-stages.js';
import { planNetwork } from '../../engine/plan/plan-network.js';
import { programOf, type EngineProgram } from '../../engine/program.js';
import { clockGateFile } from '../../blocks/clock/index.js';
import { engineCore, engineValues } from '../../engine/rtl/engine.js';
import { engineTop } from '../../engine/rtl/top.js';
import type { Design } from '../../circuit/index.js';
import { buildDesign } from '../../hdl/index.js';
import type { StageNetwork } from '../../network/stages.js';
import { emitDesign } from '../../verilog/index.js';
import type { Hardware } from '../hardware.js';
import { withDefaults } from '../library-block.js';
import { buildHash, engineShell, engineShellName } from './engine-target.js';

/** What `--engine` names: an engine, and a plan where the file is one. */
export interface NamedEngine {
  readonly engine: Engine;
  readonly plan?: EnginePlan;
}

/** Throws H2201 and H2202 for engines, H2209 for plans, H2005 for a file that cannot be read. */
export function readEngine(text: string): NamedEngine {
  if (text.includes('=') && !/\.json$/i.test(text)) return { engine: Engine.parse(text) };
  let content: string;
  try {
    content = readFileSync(text, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'error';
    throw numberedError(
      'H2005',
      `--engine ${text}: neither NAME=NUMBER pairs nor a file that can be read (${reason})`,
      {
        places: [{ file: text }],
        fix: 'for example P=7,G=3,M=32,D=4',
      },
    );
  }
  if (!looksLikePlan(content)) return { engine: Engine.fromJSON(content) };
  const plan = readPlan(content, text);
  return { engine: Engine.fromJSON(plan.engine), plan };
}

/** The program of a network: by the plan of the file, or by the one with the least DRAM traffic. */
export function engineProgram(stages: StageNetwork, { engine, plan }: NamedEngine): EngineProgram {
  const network = lowerStages(engine, stages);
  return programOf(plan ?? planNetwork(engine, network), network);
}

/** Hardware, and what its register BUILD reads as. */
export interface EngineHardware extends Hardware {
  readonly build: number;
}

/**
 * The engine with its registers, its parameters as defaults of the top, its text and the shell around it. This is what is
 * built, and what runs in lockstep.
 */
export function engineHardware(engine: Engine): EngineHardware {
  const plain = withDefaults(buildDesign(engineTop(engine)), engineValues(engine));
  const gate = engine.GATE > 0 ? [clockGateFile()] : [];
  const build = buildHash([...emitDesign(plain), ...gate]);
  const design = withDefaults(plain, { BUILD: build });
  return {
    ...{ design, top: engineShellName, images: [], build },
    sources: [...emitDesign(design), ...gate, engineShell(engine, design)],
  };
}

/** The engine without registers, for long runs at full rate: passes show at its ports. */
export function coreDesign(engine: Engine): Design {
  return withDefaults(buildDesign(engineCore(engine)), engineValues(engine));
}
