/** Which type a column of a user's file has, from all its values. */
import type { CellValue, ColumnType, Columns, Message } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow } from './raw-row.ts';

export interface ColumnInference {
  readonly add: (values: Readonly<Record<string, unknown>>, place: string) => void;
  /** Columns in order of first occurrence; those without any value are left out. */
  readonly columns: () => Columns;
}

/** Whole numbers and other numbers in one column make it float64; other mixtures are refused, naming both places. */
export function createColumnInference(): ColumnInference {
  const found = new Map<string, { type: ColumnType | undefined; place: string }>();
  const listed = new Set<string>();
  const add = (values: Readonly<Record<string, unknown>>, place: string) => {
    for (const [name, value] of Object.entries(values)) {
      const type = value === null || value === undefined ? undefined : typeOf(value);
      if (Array.isArray(value)) listed.add(name);
      const before = found.get(name);
      if (before?.type === undefined) found.set(name, { type: type ?? before?.type, place });
      else if (type !== undefined && type !== before.type)
        found.set(name, { type: widened(name, before, { type, place }), place: before.place });
    }
  };
  const columns = () =>
    Object.fromEntries(
      [...found].flatMap(([name, { type = listed.has(name) ? 'utf8[]' : undefined }]): [string, ColumnType][] =>
        type === undefined ? [] : [[name, type]],
      ),
    );
  return { add, columns };
}

interface Typed {
  readonly type: ColumnType | undefined;
  readonly place: string;
}

function widened(name: string, before: Typed, now: Typed): ColumnType {
  const both = new Set([before.type, now.type]);
  if (both.size === 2 && both.has('int32') && both.has('float64')) return 'float64';
  if (both.size === 2 && both.has('int32[]') && both.has('float32[]')) return 'float32[]';
  throw new CellFailure(
    'user',
    `column \`${name}\` is ${before.type} in ${before.place} and ${now.type} in ${now.place}: make it one type`,
  );
}

/** An empty list has the type of the others in its column. */
function typeOf(value: unknown): ColumnType | undefined {
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return isWhole(value) ? 'int32' : 'float64';
  if (isMessages(value)) return 'messages';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return listType(value);
  return 'utf8';
}

function listType(value: unknown): ColumnType {
  const items: unknown[] = Array.isArray(value)
    ? value
    : value instanceof Float32Array || value instanceof Int32Array
      ? [...value]
      : [];
  if (items.length > 0 && items.every(item => typeof item === 'number'))
    return items.every(isWhole) ? 'int32[]' : 'float32[]';
  return items.every(item => typeof item === 'string') ? 'utf8[]' : 'utf8';
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

/** A conversation: at least one turn, each with role and content. */
export function isMessages(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMessage);
}

function isMessage(value: unknown): value is Message {
  return (
    typeof value === 'object' &&
    value !== null &&
    'role' in value &&
    'content' in value &&
    typeof value.role === 'string' &&
    typeof value.content === 'string'
  );
}

/** The value as its column holds it; what has no type of its own (a nested object) is kept as JSON text. */
export function asColumn(value: unknown, type: ColumnType, { place }: Pick<RawRow, 'place'>): CellValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (type === 'messages' && isMessages(value)) return value.map(({ role, content }) => ({ role, content }));
  if (type === 'utf8' || type === 'category') return typeof value === 'string' ? value : JSON.stringify(value);
  if (value instanceof Float32Array || value instanceof Int32Array) return value;
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value;
  if (Array.isArray(value) && value.every(item => typeof item === 'number')) return value;
  throw new CellFailure('user', `${place} has a value that is no ${type}`);
}
