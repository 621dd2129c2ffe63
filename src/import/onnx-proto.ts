/** The one place that touches the CommonJS module `onnx-proto`, and its 64-bit integers. */
import module from 'onnx-proto';

export const { onnx } = module;
export type ModelProto = module.onnx.IModelProto;
export type TensorProto = module.onnx.ITensorProto;
export type NodeProto = module.onnx.INodeProto;
export type AttributeProto = module.onnx.IAttributeProto;
export type ValueInfoProto = module.onnx.IValueInfoProto;

/** protobufjs gives 64-bit integers as number or Long. */
export function integer(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'object' && value !== null && 'toNumber' in value)
    return (value as { toNumber(): number }).toNumber();
  return Number(value ?? 0);
}
