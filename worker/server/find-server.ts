/** The Temporal server that is there already: the one the environment names, else this home's own when it runs. */
import type { Config } from '../config.ts';
import { isOlder, oldestServer } from '../setup/temporal/server-version.ts';
import { temporalTarget, type TemporalTarget } from '../temporal/connection.ts';
import { type AskedServer, askServer } from './ask-server.ts';
import { findEmbeddedServer } from './find-embedded-server.ts';

export interface FoundServer {
  readonly address: string;
  /** Whether it is this home's own; if not, Temporal's variables and profile also say how to connect. */
  readonly embedded: boolean;
  /** As the server says; empty when it does not. */
  readonly version: string;
}

/** A distant server behind a slow line. */
const namedAnswerMs = 10_000;
const embeddedAnswerMs = 2_000;

/**
 * Starts nothing. A server that is named (by TEMPORAL_ADDRESS, TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE; the file at
 * its default place alone names none) and does not answer is a `ServerUnreachableError`, never passed over.
 */
export async function findServer(config: Config): Promise<FoundServer | undefined> {
  const source = namedBy(config);
  if (source !== undefined) return await askNamedServer(source, temporalTarget(undefined));
  const running = await findEmbeddedServer(config.home, embeddedAnswerMs);
  return running && { address: running.address, embedded: true, version: running.version };
}

/** The server that the environment names cannot be used. */
class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError';

  constructor(source: string, what: string) {
    super(`${source} ${what}\nCorrect it, or unset it: then a server of this home's own is started.`);
  }
}

function namedBy({ temporal }: Config): string | undefined {
  if (temporal.address !== undefined) return `TEMPORAL_ADDRESS=${temporal.address}`;
  if (temporal.configFile !== undefined) return `TEMPORAL_CONFIG_FILE=${temporal.configFile}`;
  return temporal.profile === undefined ? undefined : `TEMPORAL_PROFILE=${temporal.profile}`;
}

async function askNamedServer(source: string, { connection }: TemporalTarget): Promise<FoundServer> {
  if (connection.address === undefined)
    throw new ServerUnreachableError(source, 'names no address of a Temporal server');
  const address = withPort(connection.address);
  const answer = await askServer(askedServer(address, connection), namedAnswerMs);
  if (answer.state === 'silent') {
    throw new ServerUnreachableError(
      source,
      `names a Temporal server at ${address} that cannot be reached: ${answer.reason}`,
    );
  }
  const release = /^\d+\.\d+\.\d+/.exec(answer.serverVersion)?.[0];
  if (release !== undefined && isOlder(release, oldestServer)) {
    const what = `names a Temporal server at ${address} with version ${answer.serverVersion}; ${oldestServer} or newer is needed`;
    throw new ServerUnreachableError(source, what);
  }
  return { address, embedded: false, version: answer.serverVersion };
}

function withPort(address: string): string {
  return /:\d+$/.test(address) ? address : `${address}:7233`;
}

function askedServer(address: string, { tls, apiKey, metadata }: TemporalTarget['connection']): AskedServer {
  const strings = Object.entries(metadata ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return { address, tls: tlsOptions(tls), headers: { ...key, ...Object.fromEntries(strings) } };
}

function tlsOptions(tls: TemporalTarget['connection']['tls']): AskedServer['tls'] {
  if (tls === undefined || tls === null || tls === false) return undefined;
  if (tls === true) return {};
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = tls;
  return {
    ...(serverNameOverride === undefined ? {} : { servername: serverNameOverride }),
    ...(serverRootCACertificate === undefined ? {} : { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair === undefined
      ? {}
      : { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  };
}
