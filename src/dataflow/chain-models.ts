/** One cycle model for each kind of chain node. */
import { FifoModel } from '../blocks/stream/fifo.model.js';
import { RegisterSliceModel } from '../blocks/stream/register-slice.model.js';
import { WidthConverterModel } from '../blocks/stream/width-converter.model.js';
import { noRequest, noResponse } from '../blocks/axi/access-port.model.js';
import { type Channel, channel, type CycleModel } from '../simulator/cycle-model.js';
import type { ChainModule } from './chain.js';
import { AddModel } from './stages/add.model.js';
import { ArgmaxModel } from './stages/argmax.model.js';
import { BorderScaleModel } from './stages/border-scale.model.js';
import { ConcatModel } from './stages/concat.model.js';
import { DepthwiseModel } from './stages/depthwise.model.js';
import { DuplicateModel } from './stages/duplicate.model.js';
import { LaneResizeModel } from './stages/lane-resize.model.js';
import { LookupModel } from './stages/lookup.model.js';
import { fromStream, MatvecModel } from './stages/matvec.model.js';
import { PatchWindowModel } from './stages/patch-window.model.js';
import { PoolGlobalModel, PoolModel } from './stages/pool.model.js';
import { RequantizeModel } from './stages/requantize.model.js';
import { SlidingWindowModel } from './stages/sliding-window.model.js';
import { ThresholdsModel } from './stages/thresholds.model.js';
import { UpsampleModel } from './stages/upsample.model.js';
import { FrameTokenModel } from './weights/frame-token.model.js';
import { MatvecProgrammableModel } from './weights/matvec-programmable.model.js';
import { WeightStoreStreamModel } from './weights/weight-store-stream.model.js';
import { WeightStreamerModel } from './weights/weight-streamer.model.js';

/** Channels of packed beats, by port. */
export type Channels = readonly Channel<bigint>[];

/** An access port that nobody uses: the weights stay those of the images. */
const idle = () => [channel(noRequest), channel(noResponse)] as const;

/** The model of `node` between channels that exist, one for each port. */
export function makeChainModel(node: ChainModule, inputs: Channels, outputs: Channels): CycleModel {
  const [input, output] = [inputs[0]!, outputs[0]!];
  switch (node.kind) {
    case 'lane_truncate':
      return new LaneResizeModel(input, output, false, node.params);
    case 'lane_extend':
      return new LaneResizeModel(input, output, node.signed, node.params);
    case 'width_converter':
      return new WidthConverterModel(input, output, node.params);
    case 'fifo':
      return new FifoModel(input, output, node.params);
    case 'register_slice':
      return new RegisterSliceModel(input, output);
    case 'matvec':
      return new MatvecModel(input, output, node.arithmetic, node.params, node.images);
    case 'depthwise':
      return new DepthwiseModel(input, output, node.arithmetic, node.params, node.images);
    case 'lookup':
      return new LookupModel(input, output, node.params, node.images);
    case 'matvec_stream':
      return new MatvecModel(input, output, node.arithmetic, node.params, fromStream(inputs[1]!));
    case 'matvec_programmable': {
      const [requests, responses] = idle();
      return new MatvecProgrammableModel(
        ...([input, output, requests, responses, node.arithmetic, node.params, node.images] as const),
      );
    }
    case 'weight_streamer':
      return new WeightStreamerModel(output, node.params, node.images);
    case 'weight_store_stream':
      return new WeightStoreStreamModel(input, output, ...idle(), node.params, node.images);
    case 'frame_token':
      return new FrameTokenModel(input, output, outputs[1]!, node.params);
    case 'thresholds':
      return new ThresholdsModel(input, output, node.signed, node.params, node.images);
    case 'requantize':
      return new RequantizeModel(input, output, node.requantize, node.params, node.images);
    case 'sliding_window':
      return new SlidingWindowModel(input, output, node.order, node.params);
    case 'patch_window':
      return new PatchWindowModel(input, output, node.params);
    case 'pool':
      return new PoolModel(input, output, node.pooling, node.params);
    case 'pool_global':
      return new PoolGlobalModel(input, output, node.pooling, node.params);
    case 'border_scale':
      return new BorderScaleModel(input, output, node.signed, node.params, node.images);
    case 'upsample':
      return new UpsampleModel(input, output, node.params);
    case 'duplicate':
      return new DuplicateModel(input, outputs);
    case 'add':
      return new AddModel(inputs, output, node.addition, node.params);
    case 'concat':
      return new ConcatModel(inputs, output, node.params);
    case 'argmax':
      return new ArgmaxModel(input, output, node.signed, node.params);
  }
}
