/** Op attributes as tfjs-node gives them, as the values that a graph's nodes carry. */
import type { NativeBinding, OpAttribute, TensorValues } from '../backend/native-binding.ts';
import type { AttributeValue, ShapeValue } from './saved-model.ts';

/** Throws on an attribute that graphs here cannot carry, naming op and attribute. */
export function attributeValue(binding: NativeBinding, op: string, attribute: OpAttribute): AttributeValue {
  const { type, value } = attribute;
  const encoded = Array.isArray(value) ? listValue(binding, type, value) : singleValue(binding, type, value);
  if (encoded === undefined) {
    throw new Error(`internal: attribute ${attribute.name} of ${op} (type ${type}) has no graph form yet`);
  }
  return encoded;
}

/** The `value` attribute of a constant. A tensor of one repeated float is stored as that one float. */
export function constantValue(dtype: number, shape: readonly number[], values: TensorValues): AttributeValue {
  const head = { dtype, tensorShape: shapeValue(shape) };
  const [first] = values;
  if (values instanceof Float32Array && values.length > 1 && typeof first === 'number' && values.every(isSame(first))) {
    return { tensor: { ...head, floatVal: [first] } };
  }
  return { tensor: { ...head, tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) } };
}

export function shapeValue(shape: readonly number[]): ShapeValue {
  return { dim: shape.map(size => ({ size })) };
}

/** Object.is keeps −0 apart from 0. */
const isSame = (first: number) => (value: number) => Object.is(value, first);

function singleValue(binding: NativeBinding, type: number, value: unknown): AttributeValue | undefined {
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return { s: new TextEncoder().encode(value) };
  if (type === binding.TF_ATTR_INT && typeof value === 'number') return { i: value };
  if (type === binding.TF_ATTR_FLOAT && typeof value === 'number') return { f: value };
  if (type === binding.TF_ATTR_BOOL && typeof value === 'boolean') return { b: value };
  if (type === binding.TF_ATTR_TYPE && typeof value === 'number') return { type: value };
  return undefined;
}

function listValue(binding: NativeBinding, type: number, values: readonly unknown[]): AttributeValue | undefined {
  const numbers = values.filter(value => typeof value === 'number');
  if (numbers.length !== values.length) return undefined;
  if (type === binding.TF_ATTR_SHAPE) return { shape: shapeValue(numbers) };
  if (type === binding.TF_ATTR_INT) return { list: { i: numbers } };
  if (type === binding.TF_ATTR_FLOAT) return { list: { f: numbers } };
  if (type === binding.TF_ATTR_TYPE) return { list: { type: numbers } };
  return undefined;
}
