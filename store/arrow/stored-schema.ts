/**
 * The schema of a stored table, read field by field. Apache Arrow's own decoder is not used for reading: it believes
 * every length it meets, and a single flipped bit can make it fill the memory.
 */
import type { Field as StoredField } from 'apache-arrow/fb/field';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Precision } from 'apache-arrow/fb/precision';
import type { Schema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import type { ColumnType } from '../../schemas/table-schema.ts';
import { type Column, checkColumn } from './column-list.ts';

export interface SchemaColumn extends Column {
  /** Number of its dictionary, of a category. */
  readonly dictionary: number | undefined;
}

/** Throws an Error that says which field is none of ours. `bytes` bounds what lengths can be true. */
export function readStoredSchema(schema: Schema, bytes: number): readonly SchemaColumn[] {
  const count = schema.fieldsLength();
  // Four bytes for the offset of each field.
  if (count * 4 > bytes) throw new Error(`a schema of ${count} fields in ${bytes} bytes`);
  const names = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const column = readField(schema.fields(index), index);
    if (names.has(column.name)) throw new Error(`column \`${column.name}\` is there twice`);
    names.add(column.name);
    return column;
  });
}

function readField(field: StoredField | null, index: number): SchemaColumn {
  const name = field?.name();
  if (!field || !name) throw new Error(`column ${index} has no name`);
  const dictionary = field.dictionary();
  const type = dictionary === null ? columnType(field) : categoryType(field, dictionary.indexType());
  if (type === undefined) throw new Error(`column \`${name}\` has a type that tables here do not have: import it`);
  return { ...checkColumn({ name, type }), dictionary: dictionary === null ? undefined : Number(dictionary.id()) };
}

function categoryType(field: StoredField, index: Int | null): ColumnType | undefined {
  // Without a word about it the index is an int32.
  return field.typeType() === Type.Utf8 && (index === null || isInt32(index)) ? 'category' : undefined;
}

function columnType(field: StoredField): ColumnType | undefined {
  switch (field.typeType()) {
    case Type.List:
      return listType(field.childrenLength() === 1 ? field.children(0) : null);
    case Type.FixedSizeList:
      return vectorType(field);
    default:
      return scalarType(field);
  }
}

function scalarType(field: StoredField): 'utf8' | 'bool' | 'int32' | 'float32' | 'float64' | undefined {
  const type = field.typeType();
  if (type === Type.Utf8) return 'utf8';
  if (type === Type.Bool) return 'bool';
  if (type === Type.Int) return isInt32(typeOf(field, new Int())) ? 'int32' : undefined;
  if (type !== Type.FloatingPoint) return undefined;
  const precision = typeOf(field, new FloatingPoint())?.precision();
  if (precision === Precision.SINGLE) return 'float32';
  return precision === Precision.DOUBLE ? 'float64' : undefined;
}

function isInt32(type: Int | undefined): boolean {
  return type !== undefined && type.bitWidth() === 32 && type.isSigned();
}

function listType(item: StoredField | null): ColumnType | undefined {
  if (item?.typeType() === Type.Struct_) return isMessage(item) ? 'messages' : undefined;
  const type = item === null ? undefined : scalarType(item);
  return type === 'utf8' || type === 'int32' || type === 'float32' ? `${type}[]` : undefined;
}

function isMessage(item: StoredField): boolean {
  const [role, content] = [item.children(0), item.children(1)];
  if (item.childrenLength() !== 2 || role === null || content === null) return false;
  return [role, content].map(field => `${field.name()}:${scalarType(field)}`).join() === 'role:utf8,content:utf8';
}

function vectorType(field: StoredField): ColumnType | undefined {
  const item = field.childrenLength() === 1 ? field.children(0) : null;
  const width = typeOf(field, new FixedSizeList())?.listSize() ?? 0;
  return item !== null && scalarType(item) === 'float32' && width > 0 ? `float32[${width}]` : undefined;
}

/** The details of a field's type, read into `details`; undefined where the field has none. */
function typeOf<Details>(field: StoredField, details: Details): Details | undefined {
  return field.type(details) === null ? undefined : details;
}
