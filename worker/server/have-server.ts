/** A Temporal server to work with: the one that is named, else this home's own, kept up until it is let go. */
import type { Config } from '../config.ts';
import { entryPoint } from '../entry-points.ts';
import type { SetupOptions } from '../setup/progress.ts';
import { haveServerBinary } from '../setup/temporal/server-binary.ts';
import { findServer } from './find-server.ts';
import { serverFolderOf } from './server-folder.ts';
import { databaseVersion } from './server-version-file.ts';
import { keepSupervised } from './supervised-server.ts';
import { defaultSupervisionLimits, type SupervisionLimits } from './supervision-limits.ts';

export interface ServerHandle {
  /** Stays the same for the life of the handle, however often the server is replaced. */
  readonly address: string;
  /** Whether it is this home's own; if not, Temporal's variables and profile also say how to connect. */
  readonly embedded: boolean;
  /** Lets it go: an embedded server ends with the last process that wants it. */
  readonly stop: () => Promise<void>;
  /** Called once, when an embedded server cannot be kept up any more; at once if that is already so. */
  readonly onFailure: (listener: (failure: Error) => void) => void;
}

export interface HaveServerOptions extends SetupOptions {
  readonly limits?: Partial<SupervisionLimits>;
  /** The supervisor's program; the built one unless a test says otherwise. */
  readonly supervisor?: string;
}

/**
 * Resolves once the server answers. An embedded server has a supervisor of this process, which takes over from that of
 * another process when that one ends. The signal calls it off only until then.
 */
export async function haveServer(config: Config, options: HaveServerOptions): Promise<ServerHandle> {
  const { progress, signal } = options;
  const found = await findServer(config);
  if (found?.embedded === false) {
    const { address } = found;
    return { address, embedded: false, stop: () => Promise.resolve(), onFailure: () => undefined };
  }
  const fileVersion = databaseVersion(serverFolderOf(config.home));
  const binary = await haveServerBinary(config, { progress, signal, fileVersion });
  return await keepSupervised({
    program: options.supervisor ?? entryPoint('server-supervisor'),
    home: config.home,
    binary,
    limits: { ...defaultSupervisionLimits, ...options.limits },
    progress,
    signal,
  });
}
