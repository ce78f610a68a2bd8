/** The commands that a report tells its readers, in one place. */
import { type Json, canonicalJson } from '../../schemas/json.ts';

export function lineageCommand(key: string): string {
  return `espalier lineage ${key}`;
}

/** Runs the study with the params that a run had: what is in the store is kept, the rest is made. */
export function runCommand(file: string, params: Params): string {
  return `espalier run ${quoted(file)}${settings(params)}`;
}

/** Says what of that is in the store already. */
export function planCommand(file: string, params: Params): string {
  return `espalier plan ${quoted(file)}${settings(params)}`;
}

type Params = { readonly [name: string]: Json };

function settings(params: Params): string {
  return setFlags(params)
    .map(flag => ` --set ${quoted(flag)}`)
    .join('');
}

/** The values of `--set` that give a study these params. */
export function setFlags(params: Params): string[] {
  return Object.entries(params).map(([name, value]) => `${name}=${flagText(value)}`);
}

/** As `--set` reads it: text as it is, everything else as JSON. */
function flagText(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
