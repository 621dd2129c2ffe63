import { buildDesign } from '../../src/hdl/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { FrameSum } from './frame-sum.js';

for (const { text } of emitDesign(buildDesign(FrameSum))) console.log(text);
