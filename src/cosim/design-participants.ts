/**
 * A design as participants: the built-in simulator of its circuit, its cycle model, and Verilator on its text.
 */
import type { Design, Image, ModuleDef } from '../circuit/module.js';
import { elaborate } from '../simulator/elaborate.js';
import { portInfos } from '../simulator/inspect.js';
import { interpret } from '../simulator/interpreter.js';
import type { PortInfo } from '../simulator/simulation.js';
import { domainUses } from '../verilog/index.js';
import { type BoundModel, modelParticipant } from './channel-model.js';
import { type Participant, verilatorParticipant } from './participant.js';
import { type StreamSpec, moduleStreams, paramEnv } from './streams.js';
import { skipWithoutVerilator } from './verilator-available.js';
import { type BuildFlags, type TextFile, type VerilatorSpec, buildModel } from './verilator-build.js';

function topOf(design: Design): ModuleDef {
  const top = design.modules[design.top];
  if (top === undefined) throw new Error(`the design has no module '${design.top}'`);
  return top;
}

/** Clock ports of the text: those of the domains that something uses. */
export function clockPorts(design: Design): string[] {
  return domainUses(topOf(design), design).flatMap(({ domain, clock }) => (clock ? [domain.clock] : []));
}

/** Reset ports of the text: those of the domains in which something is reset. */
export function resetPorts(design: Design): string[] {
  return domainUses(topOf(design), design).flatMap(({ domain, reset }) => (reset ? [domain.reset] : []));
}

export interface DesignForms {
  readonly design: Design;
  readonly params?: Readonly<Record<string, number>>;
  readonly images?: Readonly<Record<string, Image>>;
  /** A fresh cycle model on the streams of the top. */
  readonly model?: (streams: readonly StreamSpec[]) => BoundModel;
  /**
   * The text for Verilator, memory images (`*.mem`) among it: emitted, or read from files as they stand. Without it
   * Verilator does not take part.
   */
  readonly text?: readonly TextFile[] | undefined;
  /** Also Verilator with random initial state by these seeds. */
  readonly scrambles?: readonly number[];
  readonly flags?: BuildFlags;
}

export interface DesignBench {
  readonly participants: readonly Participant[];
  readonly streams: readonly StreamSpec[];
  readonly reset?: string;
}

/** What Verilator needs to know of a design. */
export function designSpec({ design, params, images, text = [], flags }: DesignForms): VerilatorSpec {
  const circuit = elaborate(design, { ...(params && { params }), ...(images && { images }) });
  const resets = resetPorts(design);
  const data = portInfos(circuit).filter(({ name }) => !topOf(design).domains.some(({ reset }) => reset === name));
  const ports: PortInfo[] = [
    ...resets.map((name): PortInfo => ({ name, dir: 'input', width: 1, signed: false })),
    ...data,
  ];
  const files = Object.entries(images ?? {}).map(([name, image]) => [name, image.file] as const);
  return {
    files: text.filter(({ name }) => !name.endsWith('.mem')),
    top: design.top,
    ports,
    clocks: clockPorts(design),
    params: { ...params, ...Object.fromEntries(files) },
    images: text.filter(({ name }) => name.endsWith('.mem')),
    ...(flags && { flags }),
  };
}

/** All forms of a design that this machine can run; the built-in simulator leads. */
export async function designParticipants(forms: DesignForms): Promise<DesignBench> {
  const { design, params, images, model, text, scrambles = [] } = forms;
  const streams = moduleStreams(topOf(design), paramEnv(topOf(design), params));
  const [reset] = resetPorts(design);
  const circuit = elaborate(design, { ...(params && { params }), ...(images && { images }) });
  const participants: Participant[] = [
    { name: 'simulator', compare: 'exact', create: () => interpret(circuit) },
    ...(model === undefined ? [] : [modelParticipant(() => model(streams), reset)]),
  ];
  if (text !== undefined && !skipWithoutVerilator()) {
    const build = await buildModel(designSpec(forms));
    participants.push(verilatorParticipant(build), ...scrambles.map((seed) => verilatorParticipant(build, seed)));
  }
  return { participants, streams, ...(reset === undefined ? {} : { reset }) };
}
