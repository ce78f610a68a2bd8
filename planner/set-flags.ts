/** `--set name=value` flags: read, matched with the params they change, and their texts turned into values by type. */
import type { Json } from '../schemas/json.ts';
import type { ValueType } from '../schemas/study.ts';
import { isList } from './cel-value.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { suggestion } from './nearest-name.ts';
import { type Place, locate } from './place.ts';
import { deepestFlow } from './limits.ts';
import type { SourceDocument } from './source-node.ts';
import type { StudySource } from './study-source.ts';

/** The flags as a document of their own, one per line, so that problems with them are shown like any other. */
export const flagFile = '--set';

export interface SetFlag {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
}

/** The flags as text, for printing what is wrong with them. */
export function flagText(flags: readonly string[]): string {
  return flags.join('\n');
}

/** Flags by name of the param; what is no `name=value` or names no param is listed. */
export function readFlags(
  flags: readonly string[],
  { declaration, isLeftOut }: Pick<StudySource, 'declaration' | 'isLeftOut'>,
  list: DiagnosticList,
): ReadonlyMap<string, SetFlag> {
  const params = Object.keys(declaration.params);
  const read = new Map<string, SetFlag>();
  let start = 0;
  for (const flag of flags) {
    const document = flagDocument(flags, flag, start);
    const place: Place = { document, path: [] };
    const location = locate(document, document.root.range);
    const [, name = '', text = ''] = /^\s*([^=\s]+)\s*=([^]*)$/.exec(flag) ?? [];
    if (name === '') {
      list.add({
        reason: 'bad-flag',
        location,
        message: '`--set` takes `name=value`.',
        remedy: 'Write, for instance, `--set seeds=3`.',
      });
    } else if (!params.includes(name) && !isLeftOut('params', name)) {
      const message = `The study has no param \`${name}\`; ${suggestion(name, params, 'param')}`;
      list.add({ reason: 'unknown-param', location, message, remedy: 'Name one of the study’s params.' });
    } else read.set(name, { name, text, place });
    start += flag.length + 1;
  }
  return read;
}

/** A text as a value of a type (without one, as what it looks like); undefined where it is none. */
export function parseByType(text: string, type: ValueType | undefined): Json | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'bool':
      return { true: true, false: false }[text.trim()];
    case 'int':
      return /^[-+]?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'float':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'list':
      return parseList(text.trim());
    default:
      return scalarOf(text.trim());
  }
}

/** `[1, 2]` as JSON, or `1,2`; words are text. */
function parseList(text: string): Json | undefined {
  if (text.startsWith('[')) {
    const parsed = parseJson(text);
    return parsed !== undefined && isList(parsed) ? parsed : undefined;
  }
  return text === '' ? [] : text.split(',').map(item => scalarOf(item.trim()));
}

function parseJson(text: string): Json | undefined {
  try {
    const parsed: Json = JSON.parse(text);
    return isDeeperThan(deepestFlow, parsed) ? undefined : parsed;
  } catch {
    return undefined;
  }
}

/** Level by level, not by recursion, which is what such a value would break. */
function isDeeperThan(most: number, value: Json): boolean {
  let level: readonly (Json | undefined)[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

function scalarOf(text: string): Json {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function flagDocument(flags: readonly string[], flag: string, start: number): SourceDocument {
  const range = { start, end: start + flag.length };
  return { file: flagFile, text: flagText(flags), root: { kind: 'scalar', range, value: flag, verbatim: start } };
}
