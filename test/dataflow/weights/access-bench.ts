/** Random accesses to a weight store, and its streams bound to channels of a cycle model. */
import type { RandomStream } from '../../../src/base/random.js';
import {
  type AccessRequest,
  type AccessResponse,
  noRequest,
  noResponse,
} from '../../../src/blocks/axi/access-port.model.js';
import { bindStream, type BoundModel, type BoundStream } from '../../../src/cosim/channel-model.js';
import type { Beat, StreamSpec } from '../../../src/cosim/streams.js';
import { type Channel, channel, type CycleModel } from '../../../src/simulator/index.js';

export interface StoreChannels {
  readonly requests: Channel<AccessRequest>;
  readonly responses: Channel<AccessResponse>;
  readonly at: (stream: string) => Channel<bigint>;
}

const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** A model with an access port `s_req`, `m_rsp` and streams of packed beats. */
export function bindStore(streams: readonly StreamSpec[], make: (channels: StoreChannels) => CycleModel): BoundModel {
  const requests = channel(noRequest);
  const responses = channel(noResponse);
  const others = new Map(streams.map(({ name }) => [name, channel(0n)]));
  const bound = streams.map((stream): BoundStream => {
    if (stream.name === 's_req') {
      return bindStream(
        stream,
        requests,
        ({ write, addr, data, strobe }) => ({
          ...{ write: flag(write), addr: BigInt(addr), data: BigInt(data), strobe: BigInt(strobe) },
        }),
        ({ write, addr, data, strobe }) => ({
          ...{ write: write === 1n, addr: Number(addr), data: Number(data), strobe: Number(strobe) },
        }),
      );
    }
    if (stream.name === 'm_rsp') {
      return bindStream(
        stream,
        responses,
        ({ write, data, error }) => ({ write: flag(write), data: BigInt(data), error: flag(error) }),
        ({ write, data, error }) => ({ write: write === 1n, data: Number(data), error: error === 1n }),
      );
    }
    return bindStream(
      stream,
      others.get(stream.name)!,
      (tdata) => ({ tdata }),
      ({ tdata }) => tdata ?? 0n,
    );
  });
  return { model: make({ requests, responses, at: (name) => others.get(name)! }), streams: bound };
}

/** Reads and writes all over a store whose word address has `bits` bits, many of them of its registers. */
export function randomAccesses(random: RandomStream, bits: number, count: number): Beat[] {
  return Array.from({ length: count }, () => {
    const weights = random.nextInt(2) === 0;
    const addr = weights ? (1 << (bits - 1)) + random.nextInt(1 << (bits - 1)) : random.nextInt(5);
    // Commits at once, for a frame that is near, and withdrawals.
    const data = weights ? random.nextBigInt(32) : BigInt(random.nextInt(6));
    return {
      ...{ write: BigInt(random.nextInt(3) > 0 ? 1 : 0), addr: BigInt(addr) },
      ...{ data, strobe: BigInt(random.nextInt(2) === 0 ? 15 : random.nextInt(16)) },
    };
  });
}
