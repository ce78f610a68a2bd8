/** How an embedded server is started: durable, on loopback only, quiet, and calling nobody. */
import type { ServerFolder } from './server-folder.ts';

/**
 * Arguments for `temporal`. Every commit is written ahead and synchronized, so that neither kill -9 nor a power cut
 * loses one; the exclusive lock on the file, which the system drops with the process, keeps a second server out.
 */
export function startArguments(files: ServerFolder, port: number): string[] {
  const pragmas = { journal_mode: 'WAL', synchronous: 'FULL', locking_mode: 'EXCLUSIVE' };
  const settings = {
    // One machine: partitions would only blur the order of priorities and double the empty polls.
    'matching.numTaskqueueReadPartitions': 1,
    'matching.numTaskqueueWritePartitions': 1,
    // Runs take turns at the slots, each by its own name as fairness key.
    'matching.enableFairness': true,
    'frontend.enableServerVersionCheck': false,
  };
  return [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--db-filename',
    files.database,
    ...Object.entries(pragmas).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...Object.entries(settings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
    '--color',
    'never',
  ];
}

/** The namespace that every embedded server has. */
const namespace = 'default';
/** Ten years: the default of a development server is one day, after which closed runs vanish. */
const retention = '87600h';

/** Arguments for `temporal`, that make the server at `address` keep closed workflows. */
export function retentionArguments(address: string): string[] {
  return ['operator', 'namespace', 'update', '--namespace', namespace, '--retention', retention, '--address', address];
}

/**
 * Arguments for env(1): the user's own Temporal settings (variables, and files below HOME) are meant for other servers,
 * and proxies for other hosts.
 */
export function cleanEnvironment(files: ServerFolder): string[] {
  return ['-i', 'PATH=/usr/bin:/bin', `HOME=${files.folder}`, 'TEMPORAL_VERSION_CHECK_DISABLED=1'];
}
