/** What runs cells: a Temporal server and a worker. Those that `espalier up` keeps, or a command's own while it lasts. */
import type { Config } from '../config.ts';
import { homeOf } from '../home.ts';
import { haveServer } from '../server/have-server.ts';
import { temporalTarget } from '../temporal/connection.ts';
import { type RunClient, connectRuns } from '../temporal/run-client.ts';
import type { WorkerStart } from '../worker-messages.ts';
import { findUp } from './up-file.ts';
import { keepWorker } from './worker-process.ts';

export interface Engine {
  readonly client: RunClient;
  /** Whether an `espalier up` serves this home: then nothing was started, and nothing will be stopped. */
  readonly shared: boolean;
  readonly address: string;
  /** Ends what was started; cells under way save their state first. */
  readonly stop: () => Promise<void>;
  /** Called once when server or worker cannot be kept up. */
  readonly onFailure: (listener: (failure: Error) => void) => void;
}

export interface EngineOptions {
  readonly storeId: string;
  readonly flags: WorkerStart['flags'];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** `up` itself, which must not wait for another one. */
  readonly own?: boolean;
}

export async function startEngine(config: Config, options: EngineOptions): Promise<Engine> {
  const { storeId, flags, say, signal } = options;
  const shared = options.own !== true && findUp(homeOf(config.home)) !== undefined;
  const server = await haveServer(config, { progress: ({ topic, text }) => say(`${topic}: ${text}`), signal });
  const embedded = server.embedded ? server.address : undefined;
  const start: WorkerStart = { flags, ...(embedded === undefined ? {} : { address: embedded }) };
  const onReplaced = (how: string) => say(`the worker was lost (${how}); another one takes over`);
  const worker = shared ? undefined : await keepWorker(start, onReplaced);
  const client = await connectRuns(temporalTarget(embedded), storeId);
  return {
    client,
    shared,
    address: server.address,
    stop: async () => {
      await client.close();
      await worker?.stop();
      await server.stop();
    },
    onFailure: listener => {
      server.onFailure(listener);
      worker?.onFailure(listener);
    },
  };
}
