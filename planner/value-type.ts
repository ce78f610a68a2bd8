/** The types that params and parameters of graphs declare: `int`, `float`, `string`, `bool`, `list`. */
import type { Json } from '../schemas/json.ts';
import type { ValueType } from '../schemas/study.ts';
import { type CelType, isList } from './cel-value.ts';

/** The type of a value that is given without one. */
export function valueTypeOf(value: Json): ValueType | undefined {
  if (isList(value)) return 'list';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'string' ? 'string' : undefined;
}

/** Whether a value is of a type; a whole number is a float too. */
export function isOfType(value: Json, type: ValueType): boolean {
  return valueTypeOf(value) === type || (type === 'float' && typeof value === 'number');
}

/** A type as a message names its values. */
export function typeNoun(type: ValueType): string {
  return { int: 'a whole number', float: 'a number', string: 'text', bool: '`true` or `false`', list: 'a list' }[type];
}

/** The type in expressions. */
export function celTypeOfDeclared(type: ValueType): CelType {
  return { int: 'int', float: 'double', string: 'string', bool: 'bool', list: 'list' }[type];
}
