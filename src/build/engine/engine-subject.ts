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
import { buildDesign } from '../../hdl/index.js';
import type { StageNetwork } from '../../network/stages.js';
import { emitDesign } from '../../verilog/index.js';
import type { Hardware } from '../hardware.js';
import { withDefaults } from '../library-block.js';

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

/** The circuit of an engine, its parameters as defaults of the top, and its text. */
export function engineHardware(engine: Engine): Hardware {
  const design = withDefaults(buildDesign(engineCore(engine)), engineValues(engine));
  return {
    design,
    top: design.top,
    sources: [...emitDesign(design), ...(engine.GATE > 0 ? [clockGateFile()] : [])],
    images: [],
  };
}
