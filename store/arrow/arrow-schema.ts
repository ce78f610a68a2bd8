/** The columns of a table as an Arrow schema, to be written: every type of ours is exactly one of theirs. */
import { Field, Schema } from 'apache-arrow/schema';
import {
  Bool,
  type DataType,
  Dictionary,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  Struct,
  Utf8,
} from 'apache-arrow/type';
import type { ColumnType } from '../../schemas/table-schema.ts';
import { type Column, vectorWidth } from './column-list.ts';

/**
 * The Arrow schema of columns. Every field is nullable, as any value may be missing. Dictionaries are numbered by
 * column: left to itself the library counts on through the life of the process, and no two files would be alike.
 */
export function arrowSchema(columns: readonly Column[]): Schema {
  return new Schema(columns.map(({ name, type }, index) => new Field(name, arrowType(type, index), true)));
}

function arrowType(type: ColumnType, dictionary: number): DataType {
  switch (type) {
    case 'utf8':
      return new Utf8();
    case 'bool':
      return new Bool();
    case 'int32':
      return new Int32();
    case 'float32':
      return new Float32();
    case 'float64':
      return new Float64();
    case 'utf8[]':
      return new List(item(new Utf8()));
    case 'int32[]':
      return new List(item(new Int32()));
    case 'float32[]':
      return new List(item(new Float32()));
    case 'category':
      return new Dictionary(new Utf8(), new Int32(), dictionary);
    case 'messages':
      return new List(item(new Struct([new Field('role', new Utf8(), true), new Field('content', new Utf8(), true)])));
    default:
      return new FixedSizeList(widthOf(type), item(new Float32()));
  }
}

function widthOf(type: ColumnType): number {
  const width = vectorWidth(type);
  if (width === undefined) throw new Error(`internal: ${type} has no Arrow type`);
  return width;
}

function item(type: DataType): Field {
  return new Field('item', type, true);
}
