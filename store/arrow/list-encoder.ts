/** Encoders of columns with a list a row: of texts, of numbers, of messages. */
import type { Message } from '../../schemas/table-schema.ts';
import type { EncodedColumn } from './encoded-column.ts';
import { growableNumbers } from './growable.ts';
import { type NumberType, canonicalizeNaN, checkNumber, makeArray } from './numbers.ts';
import { type ScalarEncoder, textEncoder } from './scalar-encoder.ts';
import { textProblem, unexpected } from './value-problem.ts';

/** The items of all lists of a batch, one after the other. */
export interface ListItems {
  /** What keeps a value from being an item. */
  readonly problem: (item: unknown) => string | undefined;
  /** Appends an item that has no problem. */
  readonly append: (item: unknown) => void;
  readonly length: () => number;
  readonly bytes: () => number;
  readonly encode: () => EncodedColumn;
  readonly clear: () => void;
}

export function listEncoder(expected: string, items: ListItems): ScalarEncoder {
  const offsets = growableNumbers(length => new Int32Array(length));
  offsets.push(0);
  return {
    append: value => {
      const listed: ArrayLike<unknown> | undefined = isListed(value) ? value : undefined;
      if (listed === undefined) return unexpected(expected, value);
      for (let index = 0; index < listed.length; index += 1) {
        const problem = items.problem(listed[index]);
        if (problem !== undefined) return `item ${index}: ${problem}`;
      }
      for (let index = 0; index < listed.length; index += 1) items.append(listed[index]);
      offsets.push(items.length());
      return undefined;
    },
    appendAll: undefined,
    appendMissing: () => offsets.push(items.length()),
    variableBytes: items.bytes,
    encode: () => {
      const { nodes, buffers } = items.encode();
      return { nodes, buffers: [offsets.bytes(), ...buffers] };
    },
    clear: () => {
      offsets.clear();
      offsets.push(0);
      items.clear();
    },
    dictionary: undefined,
  };
}

function isListed(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Int32Array || value instanceof Float32Array;
}

const none = new Uint8Array(0);

export function numberItems(type: NumberType): ListItems {
  const numbers = growableNumbers(length => makeArray(type, length));
  return {
    problem: checkNumber(type),
    append: item => numbers.push(Number(item)),
    length: numbers.length,
    bytes: () => numbers.bytes().length,
    encode: () => {
      canonicalizeNaN(numbers.numbers());
      return { nodes: [{ length: numbers.length(), nulls: 0 }], buffers: [none, numbers.bytes()] };
    },
    clear: numbers.clear,
  };
}

export function textItems(): ListItems {
  const texts = textEncoder();
  let count = 0;
  return {
    problem: textProblem,
    append: item => {
      texts.append(String(item));
      count += 1;
    },
    length: () => count,
    bytes: () => texts.variableBytes() + 4 * count,
    encode: () => ({ nodes: [{ length: count, nulls: 0 }], buffers: [none, ...texts.encode().buffers] }),
    clear: () => {
      texts.clear();
      count = 0;
    },
  };
}

export function messageItems(): ListItems {
  const roles = textItems();
  const contents = textItems();
  return {
    problem: item => {
      if (!isMessage(item)) return unexpected('{role, content}', item);
      return textProblem(item.role) ?? textProblem(item.content);
    },
    append: item => {
      if (!isMessage(item)) return;
      roles.append(item.role);
      contents.append(item.content);
    },
    length: roles.length,
    bytes: () => roles.bytes() + contents.bytes(),
    encode: () => {
      const [role, content] = [roles.encode(), contents.encode()];
      return {
        nodes: [{ length: roles.length(), nulls: 0 }, ...role.nodes, ...content.nodes],
        buffers: [none, ...role.buffers, ...content.buffers],
      };
    },
    clear: () => {
      roles.clear();
      contents.clear();
    },
  };
}

/** Nothing but a role and a content: a further member (a tool call, a name) would be lost without a word. */
function isMessage(item: unknown): item is Message {
  if (typeof item !== 'object' || item === null || !('role' in item) || !('content' in item)) return false;
  return Object.keys(item).length === 2 && typeof item.role === 'string' && typeof item.content === 'string';
}
