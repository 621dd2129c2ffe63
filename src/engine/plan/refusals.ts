/** What the array has no mode for, in a person's words, and what to do instead. */

const elsewhere = '--backend dataflow has a stage for it';

type Refusal = readonly [what: string, fix: string];

/** What the layer would need, and the way out, by kind of stage or by what is special about it. */
export const refusals: Readonly<Record<'concat' | 'upsample' | 'argmax' | 'borders' | 'floors', Refusal>> = {
  concat: [
    'concatenation: channels of several tensors side by side in the X-RAM; a layer writes all blocks of its tensor',
    `${elsewhere}; or add the streams instead`,
  ],
  upsample: [
    'upsampling: each pixel and row several times; results are written once',
    `${elsewhere}; or leave it to the host, in front of a network of its own`,
  ],
  argmax: ['the number of the greatest result: no comparison across channels', `${elsewhere}; or leave it to the host`],
  borders: [
    'an average that leaves padding out: its divisor differs at the border, the requantizer has one a channel',
    `${elsewhere}; or average without padding, or with it counted`,
  ],
  floors: [
    'floors every product before it is added; the array adds exact products',
    '--backend dataflow, or --numerics qkeras, whose sums are exact',
  ],
};
