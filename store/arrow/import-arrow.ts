/**
 * Arrow data that other programs wrote, IPC file or stream, in the types that tables here have. Nothing is changed
 * silently: what has no exact counterpart is refused with the remedy.
 */
import {
  Table as ArrowTable,
  DataType,
  type Field,
  RecordBatchReader,
  type Struct,
  Type,
  type Vector,
} from 'apache-arrow';
import type { CellValue, ColumnType, Columns, Row } from '../../schemas/table-schema.ts';
import { checkColumn, columnsOf } from './column-list.ts';
import { TableFormatError, TableValueError } from './errors.ts';

export interface ImportedTable {
  readonly columns: Columns;
  readonly rows: number;
  readonly rowsOf: () => Iterable<Row>;
}

/**
 * Reads a whole file or stream. Whole numbers become `int32` where all of a column fit, else `float64` where those
 * hold them exactly; dictionaries of texts become `category`. A `TableFormatError` naming `source` for what has no
 * counterpart (dates, nested structures, lists of float64, compressed files), a `TableValueError` for a missing value
 * inside a list.
 */
export function importArrow(bytes: Uint8Array, source: string): ImportedTable {
  const table = readWhole(bytes, source);
  const fields = table.schema.fields.map((field: Field<DataType>, index) => {
    const vector = table.getChildAt(index);
    const type = vector && importedType(field.type, vector);
    if (!type || !vector) {
      throw new TableFormatError(source, `column \`${field.name}\` is ${Type[field.typeId]}: ${remedy(field.type)}`);
    }
    return { ...checkColumn({ name: field.name, type }), vector };
  });
  return {
    columns: columnsOf(fields),
    rows: table.numRows,
    rowsOf: function* () {
      for (let index = 0; index < table.numRows; index += 1) {
        const row: Record<string, CellValue> = {};
        for (const { name, type, vector } of fields)
          row[name] = importedValue(vector.get(index), type, { name, index });
        yield row;
      }
    },
  };
}

function readWhole(bytes: Uint8Array, source: string): ArrowTable {
  // Apache Arrow takes less than the head of a message for a stream without a schema.
  if (bytes.length < 8) throw new TableFormatError(source, `it has ${bytes.length} bytes`);
  try {
    const reader = RecordBatchReader.from(bytes).open();
    return new ArrowTable(reader.schema, [...reader]);
  } catch (error) {
    throw new TableFormatError(source, hintOf(error), error);
  }
}

/** What a decoder trips over in damaged bytes says nothing to the file's owner. */
function hintOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/codec|compress/i.test(message)) return 'it is compressed; write it without compression';
  return error instanceof TypeError ? 'its bytes are damaged, or it is of another format' : message;
}

function importedType(type: DataType, vector: Vector): ColumnType | undefined {
  if (isText(type)) return 'utf8';
  if (DataType.isBool(type)) return 'bool';
  if (DataType.isInt(type)) return wholeNumberType(type.bitWidth, type.isSigned, vector);
  if (DataType.isFloat(type)) return type.ArrayType === Float64Array ? 'float64' : 'float32';
  if (DataType.isDictionary(type)) {
    return isText(type.dictionary) ? 'category' : importedType(type.dictionary, vector);
  }
  if (DataType.isFixedSizeList(type) && isSingle(type.valueType)) return `float32[${type.listSize}]`;
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type))
    return listType(type.valueType);
  return undefined;
}

function listType(item: DataType): ColumnType | undefined {
  if (isText(item)) return 'utf8[]';
  if (isSingle(item)) return 'float32[]';
  if (DataType.isInt(item) && fitsInt32(item.bitWidth, item.isSigned)) return 'int32[]';
  return DataType.isStruct(item) && isMessage(item) ? 'messages' : undefined;
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function isSingle(type: DataType): boolean {
  return DataType.isFloat(type) && type.ArrayType !== Float64Array;
}

function isMessage(type: Struct): boolean {
  const names = type.children.map(({ name }) => name).sort();
  return names.join() === 'content,role' && type.children.every((field: Field<DataType>) => isText(field.type));
}

function fitsInt32(bits: number, signed: boolean): boolean {
  return bits < 32 || (bits === 32 && signed);
}

/** By value where the type alone would not do: files of other programs have int64 everywhere. */
function wholeNumberType(bits: number, signed: boolean, vector: Vector): 'int32' | 'float64' | undefined {
  if (fitsInt32(bits, signed)) return 'int32';
  let least = 0n;
  let most = 0n;
  for (const value of vector) {
    if (typeof value !== 'bigint' && typeof value !== 'number') continue;
    const whole = BigInt(value);
    if (whole < least) least = whole;
    if (whole > most) most = whole;
  }
  if (least >= -(2n ** 31n) && most < 2n ** 31n) return 'int32';
  return least >= -(2n ** 53n) && most <= 2n ** 53n ? 'float64' : undefined;
}

function remedy(type: DataType): string {
  if (DataType.isInt(type)) return 'its numbers are too large to be held exactly; write them as text';
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return 'write dates as text';
  return 'cast it to text, numbers, or lists of texts, int32 or float32';
}

interface Place {
  readonly name: string;
  readonly index: number;
}

function importedValue(value: unknown, type: ColumnType, at: Place): CellValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const items = isIterable(value) ? [...value] : [];
  if (type === 'utf8[]') return items.map(item => text(item, at));
  if (type === 'messages') {
    return items.map(item => ({ role: text(member(item, 'role'), at), content: text(member(item, 'content'), at) }));
  }
  if (items.includes(null)) throw missingInside(at);
  return type === 'int32[]' ? Int32Array.from(items, Number) : Float32Array.from(items, Number);
}

function text(item: unknown, at: Place): string {
  if (typeof item !== 'string') throw missingInside(at);
  return item;
}

function missingInside({ name, index }: Place): TableValueError {
  return new TableValueError(index, name, 'a value is missing inside the list; give every item one');
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function member(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined;
}
