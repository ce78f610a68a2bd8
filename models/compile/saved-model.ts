/**
 * TensorFlow's SavedModel, as bytes: the few protocol buffer messages that one graph without variables needs. Field
 * numbers are those of tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{meta_graph,saved_model}.proto.
 */
import protobuf from 'protobufjs';

/** One op of a graph. Inputs are `node` (its first output) or `node:2`; attributes are made by attribute-value.ts. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttributeValue>>;
}

/** DataType numbers are the binding's TF_… numbers. */
export type AttributeValue =
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeValue }
  | { readonly tensor: TensorValue }
  | {
      readonly list: {
        readonly i?: readonly number[];
        readonly f?: readonly number[];
        readonly type?: readonly number[];
      };
    };

export interface ShapeValue {
  readonly dim: readonly { readonly size: number }[];
}

/** Elements as little-endian bytes, or one float that stands for all. */
type TensorValue = { readonly dtype: number; readonly tensorShape: ShapeValue } & (
  { readonly tensorContent: Uint8Array } | { readonly floatVal: readonly [number] }
);

/** The tag under which the one graph of the file is found. */
export const servingTag = 'serve';

/** The version of graph semantics the nodes were written for (that of TensorFlow 2.9, so any later one reads it). */
const producer = 1205;

/** The bytes of `saved_model.pb`; equal graphs give equal bytes. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graphDef = { node: nodes, versions: { producer } };
  const metaGraph = { metaInfoDef: { tags: [servingTag] }, graphDef };
  return savedModel.encode({ savedModelSchemaVersion: 1, metaGraphs: [metaGraph] }).finish();
}

/** The bytes of one attribute value: equal values give equal bytes. */
export function encodeAttribute(value: AttributeValue): Uint8Array {
  return attributeValue.encode(value).finish();
}

const message = (fields: Readonly<Record<string, protobuf.IField | protobuf.IMapField>>) => ({ fields: { ...fields } });
const one = (type: string, id: number): protobuf.IField => ({ type, id });
const many = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    SavedModel: message({ savedModelSchemaVersion: one('int64', 1), metaGraphs: many('MetaGraphDef', 2) }),
    MetaGraphDef: message({ metaInfoDef: one('MetaInfoDef', 1), graphDef: one('GraphDef', 2) }),
    MetaInfoDef: message({ tags: many('string', 4) }),
    GraphDef: message({ node: many('NodeDef', 1), versions: one('VersionDef', 4) }),
    VersionDef: message({ producer: one('int32', 1) }),
    NodeDef: message({
      name: one('string', 1),
      op: one('string', 2),
      input: many('string', 3),
      attr: { keyType: 'string', type: 'AttrValue', id: 5 },
    }),
    AttrValue: {
      // In a oneof, zero and false are written out, as TensorFlow wants them.
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
      ...message({
        list: one('ListValue', 1),
        s: one('bytes', 2),
        i: one('int64', 3),
        f: one('float', 4),
        b: one('bool', 5),
        type: one('int32', 6),
        shape: one('TensorShapeProto', 7),
        tensor: one('TensorProto', 8),
      }),
    },
    ListValue: message({ i: many('int64', 3), f: many('float', 4), type: many('int32', 6) }),
    TensorShapeProto: message({ dim: many('Dim', 2) }),
    Dim: message({ size: one('int64', 1) }),
    TensorProto: message({
      dtype: one('int32', 1),
      tensorShape: one('TensorShapeProto', 2),
      tensorContent: one('bytes', 4),
      floatVal: many('float', 5),
    }),
  },
});
const savedModel = root.lookupType('SavedModel');
const attributeValue = root.lookupType('AttrValue');
