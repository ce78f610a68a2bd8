/** The commands that a report tells its readers, in one place. */

export function lineageCommand(key: string): string {
  return `espalier lineage ${key}`;
}

export function rerunCommand(run: string): string {
  return `espalier rerun ${quoted(run)}`;
}

/** Runs the study with the params that a run had. */
export function runCommand(file: string, params: Params): string {
  return `espalier run ${quoted(file)}${settings(params)}`;
}

/** Says what of that is in the store already. */
export function planCommand(file: string, params: Params): string {
  return `espalier plan ${quoted(file)}${settings(params)}`;
}

type Params = { readonly [name: string]: string };

function settings(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => ` --set ${quoted(`${name}=${value}`)}`)
    .join('');
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
