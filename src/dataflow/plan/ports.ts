/** The stream ports of an accelerator: lanes of whole bytes, a register slice at either end. */
import { HeddleError } from '../../base/diagnostics.js';
import type { ElementType } from '../../network/stages.js';
import type { PortPlan } from '../chain.js';
import { inputStream } from '../chain-streams.js';
import { codeBits, isSigned, laneBitsFor } from '../codes.js';
import { type ChainBuilder, divisorLanes, type Flow } from './builder.js';

/** H2105 where `portBits` is no multiple of the lane that a code of `type` needs. */
export function planPort(
  type: ElementType,
  elements: number,
  { portBits, fullLanes }: { readonly portBits: number | 'full'; readonly fullLanes: number },
): PortPlan {
  const laneBits = laneBitsFor(codeBits(type));
  const bits = portBits === 'full' ? fullLanes * laneBits : portBits;
  const lanes = Math.floor(bits / laneBits);
  if (bits % 8 !== 0 || lanes < 1 || bits % laneBits !== 0) {
    throw new HeddleError({
      code: 'H2105',
      message: `a port of ${bits} bits does not carry elements of ${laneBits} bits`,
      places: [{ text: '--port-bits' }],
      fix: `give a multiple of ${laneBits}, or full`,
    });
  }
  return { bits, lanes, laneBits, elements, beats: Math.ceil(elements / lanes) };
}

/** What flows behind the input port: codes without the unused bits of their lanes. */
export function planInput(chain: ChainBuilder, port: PortPlan, type: ElementType): Flow {
  const { lanes, laneBits, elements, bits } = port;
  const flow: Flow = { stream: inputStream, lanes, width: laneBits, signed: isSigned(type), elements };
  const sliced = {
    ...flow,
    stream: chain.add('input_slice', 'input', { kind: 'register_slice', params: { W: bits } }, flow),
  };
  const width = codeBits(type);
  if (laneBits === width) return sliced;
  const params = { N: lanes, IN_W: laneBits, OUT_W: width };
  return { ...sliced, width, stream: chain.add('input_lanes', 'input', { kind: 'lane_truncate', params }, sliced) };
}

/** The last flow through the output port. */
export function planOutput(chain: ChainBuilder, port: PortPlan, flow: Flow): void {
  // What an activation makes of the zeros behind a short last beat is not zero; a width converter drops it.
  const padded = flow.elements % flow.lanes !== 0 && chain.nodes.some(({ stage }) => stage !== 'input');
  const exact = padded ? chain.convert('output_exact', flow, divisorLanes(flow.elements, flow.lanes)) : flow;
  const wide = chain.convert('output', exact, port.lanes);
  const lanes = outputLanes(chain, port, wide);
  chain.add('output_slice', 'output', { kind: 'register_slice', params: { W: port.bits } }, lanes);
}

function outputLanes(chain: ChainBuilder, { lanes, laneBits }: PortPlan, flow: Flow): Flow {
  if (flow.width <= laneBits) return chain.extend('output_lanes', 'output', flow, laneBits);
  const params = { N: lanes, IN_W: flow.width, OUT_W: laneBits };
  return {
    ...flow,
    width: laneBits,
    stream: chain.add('output_lanes', 'output', { kind: 'lane_truncate', params }, flow),
  };
}
