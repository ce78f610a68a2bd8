/** Brings what a machine needs once: a Temporal server's program and the native backend, both at the same time. */
import type { Config } from '../config.ts';
import { haveNativeBackend } from './native/native-backend.ts';
import type { SetupOptions } from './progress.ts';
import { haveServerBinary, ServerBinaryError } from './temporal/server-binary.ts';

export type SetupPart = 'temporal server' | 'native backend';

export interface SetUpOptions extends SetupOptions {
  readonly what: readonly SetupPart[];
}

/** One line of the table that `espalier setup` prints. */
export interface SetupRow {
  readonly part: SetupPart;
  /** `spared`: the configuration says that something else is used instead. */
  readonly state: 'ready' | 'unavailable' | 'spared';
  /** What is there, or why it is not; may have several lines. */
  readonly detail: string;
  readonly remedy?: string;
}

/**
 * One row for each part asked for, in that order. Throws the signal's reason; a part that cannot be had is a row.
 * The native backend is a matter of speed; without a Temporal server nothing runs.
 */
export async function setUp(config: Config, { what, ...options }: SetUpOptions): Promise<SetupRow[]> {
  const bring = { 'temporal server': bringServer, 'native backend': bringBackend };
  return await Promise.all(what.map(part => bring[part](config, options)));
}

async function bringServer(config: Config, options: SetupOptions): Promise<SetupRow> {
  const part = 'temporal server';
  const { address, configFile, profile } = config.temporal;
  const named = address ?? configFile ?? profile;
  if (named !== undefined) return { part, state: 'spared', detail: `the environment names a server: ${named}` };
  try {
    const { version, path, way } = await haveServerBinary(config, options);
    const origin = way === 'Go' ? 'built with Go' : way === 'download' ? 'downloaded' : `from ${way}`;
    return { part, state: 'ready', detail: `server ${version.server}, CLI ${version.cli}, ${origin}: ${path}` };
  } catch (error) {
    if (!(error instanceof ServerBinaryError)) throw error;
    return { part, state: 'unavailable', detail: error.message };
  }
}

async function bringBackend(config: Config, options: SetupOptions): Promise<SetupRow> {
  const part = 'native backend';
  const { backend } = config;
  if (backend === 'wasm' || backend === 'cpu') {
    return { part, state: 'spared', detail: `the configuration asks for the ${backend} backend` };
  }
  const native = await haveNativeBackend(config, options);
  if (native.state === 'ready') return { part, state: 'ready', detail: native.package };
  return { part, state: 'unavailable', detail: native.reason, remedy: native.remedy };
}
