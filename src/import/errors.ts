/** Numbered problems of files and formats: H3001 to H3029. */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';

const fixes: Readonly<Record<string, string>> = {
  H3001: 'give an ONNX (QONNX, FINN) file, a Keras/QKeras .h5 or .json file, or an int8 .tflite file',
  H3002: 'fetch or export the file again',
  H3003: 'see docs/errors.md for the layers that are read',
  H3004: 'train or export the model again; a hardware weight must be a number',
  H3005: 'export the model again',
  H3006: 'store the tensor as float32, float64, int32, int64, int8 or uint8 inside of the file',
  H3007: 'use one of the forms that explain names',
  H3008: 'save the model with its weights (model.save, not to_json)',
  H3009: 'give an hls4ml YAML with HLSConfig.LayerName or convert.Override',
  H3010: 'write ap_fixed<W,I>, ap_ufixed<W,I>, ap_int<W> or ap_uint<W>',
  H3011: 'leave --numerics out, or give the QKeras .h5 the YAML belongs to',
  H3012: 'check the path',
  H3015: 'give an array whose axes after the first are those of the model input',
};

/** A diagnostic about a model, YAML or array file; `text` names the node or layer. */
export function importDiagnostic(
  code: keyof typeof fixes,
  file: string,
  message: string,
  text?: string,
  fix?: string,
): Diagnostic {
  const remedy = fix ?? fixes[code];
  const places = [text === undefined ? { file } : { file, text }];
  const base = { code, message, places };
  return remedy === undefined ? base : { ...base, fix: remedy };
}

export function importError(
  code: keyof typeof fixes,
  file: string,
  message: string,
  text?: string,
  fix?: string,
): HeddleError {
  return new HeddleError(importDiagnostic(code, file, message, text, fix));
}

/** First line of a message; of an HDF5 error stack the outermost cause instead of its banner. */
function firstSentence(message: string): string {
  return /^HDF5-DIAG[^]*?\(\): (.*)/.exec(message)?.[1] ?? message.split('\n')[0] ?? '';
}

/** Runs a reader; whatever else than a HeddleError it throws means that the file is damaged: H3002. */
export function readingFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw importError('H3002', file, `${file}: damaged or truncated (${firstSentence(reason)})`);
  }
}

/** Long texts of `explain CODE`. */
export const explanations: Readonly<Record<string, string>> = {
  H3001:
    'The reader is chosen by the first bytes of the file, not by its name. These bytes belong to no format that is read.',
  H3002:
    'The file starts like a model but its contents break off or contradict themselves, as after an interrupted download.',
  H3003:
    'The model has layers or operators that Heddle does not read. All of them are listed at once, each with a rewrite where one ' +
    'is known. Nothing is built from part of a model.',
  H3004: 'A weight or constant is NaN or infinite. Such a value has no integer code.',
  H3005: 'The graph contradicts itself: a tensor that nothing defines, is defined twice, or depends on itself.',
  H3006: 'A tensor has an element type that is not read, or lies in another file (external data).',
  H3007:
    'A quantizer or attribute has a form that is not read. Quantizers that are: quantized_bits and binary with alpha=1 (for ' +
    'biases and activations also alpha=None), quantized_relu without sigmoid, slope or upper bound. For kernels alpha=auto_po2, ' +
    'which None means there, is computed from the weights as QKeras does; other automatic scales are not. In TFLite files every ' +
    'activation needs one scale, every filter zero points of 0 and one scale or one per output channel.',
  H3008:
    'The architecture names a layer whose weights are not in the file, or whose weights have another shape than it says.',
  H3009: 'The YAML of hls4ml comes in two dialects: HLSConfig.LayerName (MLPerf Tiny v0.5 style) and convert.Override.',
  H3010:
    'A precision is written in a way that is not read. Rounding AP_TRN, AP_RND, AP_RND_CONV and overflow AP_WRAP, AP_SAT are.',
  H3011:
    'ONNX files carry their own arithmetic. An hls4ml YAML or qkeras describes Keras layers and needs the .h5 file.',
  H3012: 'The file cannot be opened.',
  H3013: 'A .npy file is not one, or is cut off: its length differs from what its header says.',
  H3014: 'A .npy file holds an element type or a memory order that is not read.',
  H3015: 'The input array and the model disagree on the shape of one sample. The first axis is the batch.',
};
