/** What runs cells: a Temporal server and a worker. Those that `espalier up` keeps, or a command's own while it lasts. */
import type { Config } from '../config.ts';
import { workflowVersion } from '../entry-points.ts';
import { type Home, homeOf } from '../home.ts';
import { haveServer } from '../server/have-server.ts';
import { temporalTarget } from '../temporal/connection.ts';
import { type RunClient, connectRuns } from '../temporal/run-client.ts';
import type { WorkerStart } from '../worker-messages.ts';
import { findUp, upServes, wasDrained } from './up-file.ts';
import { type WorkerProcess, keepWorker } from './worker-process.ts';

export interface Engine {
  readonly client: RunClient;
  /** Whether an `espalier up` serves this home now: then no worker was started, and the run goes on without this one. */
  readonly shared: () => boolean;
  readonly address: string;
  /** The server is this home's own, so nobody else serves its runs. */
  readonly embedded: boolean;
  /** Ends what was started; cells under way save their state first. */
  readonly stop: () => Promise<void>;
  /** Takes no new cells, and resolves when those under way have ended. */
  readonly finish: () => Promise<void>;
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
  const version = workflowVersion();
  const up = options.own === true ? undefined : findUp(homeOf(config.home));
  const shared = up !== undefined && upServes(homeOf(config.home), version);
  if (up !== undefined && !shared)
    say(
      `\`espalier up\` (process ${up}) was started by another version of Espalier: this command brings its own worker. Start \`espalier up\` again`,
    );
  const server = await haveServer(config, { progress: ({ topic, text }) => say(`${topic}: ${text}`), signal });
  const embedded = server.embedded ? server.address : undefined;
  const start: WorkerStart = { flags, ...(embedded === undefined ? {} : { address: embedded }) };
  const onReplaced = (how: string) => say(`the worker was lost (${how}); another one takes over`);
  const launch = () => keepWorker(start, onReplaced);
  const worker = shared
    ? standInForUp(homeOf(config.home), {
        launch: () => {
          say('`espalier up` is gone; a worker of this command takes over');
          return launch();
        },
        onDrained: () =>
          say('`espalier up` was drained: nothing runs until a worker comes (espalier up, or this command again)'),
      })
    : ownWorker(await launch());
  const client = await connectRuns(temporalTarget(embedded), { storeId, version });
  return {
    client,
    shared: worker.shared,
    address: server.address,
    embedded: server.embedded,
    stop: async () => {
      await client.close();
      await worker.stop();
      await server.stop();
    },
    finish: worker.finish,
    onFailure: listener => {
      server.onFailure(listener);
      worker.onFailure(listener);
    },
  };
}

interface EngineWorker extends Pick<WorkerProcess, 'stop' | 'finish' | 'onFailure'> {
  readonly shared: () => boolean;
}

function ownWorker({ stop, finish, onFailure }: WorkerProcess): EngineWorker {
  return { shared: () => false, stop, finish, onFailure };
}

/** An `espalier up` that was killed says nothing: its file names a process, which is looked for this often. */
const lookForUpMilliseconds = 2000;

interface StandIn {
  readonly launch: () => Promise<WorkerProcess>;
  /** Called once each time an `espalier up` was told to leave. */
  readonly onDrained: () => void;
}

/**
 * No worker while an `espalier up` has one; when that is gone, one of our own, so that the run does not stand still. One
 * that was drained is not replaced: this machine is to be left alone.
 */
function standInForUp(home: Home, { launch, onDrained }: StandIn): EngineWorker {
  let drained = false;
  let own: Promise<WorkerProcess> | undefined;
  const listeners: ((failure: Error) => void)[] = [];
  const timer = setInterval(() => {
    const isUp = upServes(home, workflowVersion());
    const isDrained = !isUp && wasDrained(home);
    if (isDrained && !drained) onDrained();
    drained = isDrained;
    if (isUp || isDrained) return;
    clearInterval(timer);
    own = launch();
    own.then(
      worker => worker.onFailure(error => listeners.forEach(listener => listener(error))),
      (error: unknown) => {
        const failure = error instanceof Error ? error : new Error(String(error));
        listeners.forEach(listener => listener(failure));
      },
    );
  }, lookForUpMilliseconds);
  return {
    shared: () => own === undefined,
    stop: async () => {
      clearInterval(timer);
      const worker = await own?.catch(() => undefined);
      await worker?.stop();
    },
    finish: async () => {
      const worker = await own?.catch(() => undefined);
      await worker?.finish();
    },
    onFailure: listener => void listeners.push(listener),
  };
}
