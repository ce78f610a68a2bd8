/** Versions of Temporal's command line program and of the server in it, and which this project can use. */

export interface ServerVersion {
  /** Of the command line program, `1.8.2`. */
  readonly cli: string;
  /** Of the server in it, `1.31.2`. */
  readonly server: string;
}

/** What is built or downloaded where no other is found; go-build/go.mod says the same. */
export const pinnedVersion: ServerVersion = { cli: '1.8.2', server: '1.31.2' };

/** The first server with everything that is relied on: priorities and activity operations without flags. */
export const oldestServer = '1.29.0';

/** Reads what `temporal --version` prints; undefined when it is something else. */
export function parseServerVersion(text: string): ServerVersion | undefined {
  const found = /temporal version (\S+) \(server (\d+\.\d+\.\d+)/i.exec(text);
  return found?.[1] === undefined || found[2] === undefined ? undefined : { cli: found[1], server: found[2] };
}

/** Whether version `a` is older than `b`, both `major.minor.patch`; a part left out is 0. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [a, b].map(version => version.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
