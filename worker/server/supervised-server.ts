/** An embedded server as its user sees it: one address, kept up by a supervisor that is itself replaced when it ends. */
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import type { SetupOptions } from '../setup/progress.ts';
import type { ServerHandle } from './have-server.ts';
import type { SupervisionLimits } from './supervision-limits.ts';
import type { SupervisorEvent } from './supervisor-messages.ts';
import { startSupervisor, type SupervisorProcess } from './supervisor-process.ts';

export interface SupervisedOptions extends SetupOptions {
  readonly program: string;
  readonly home: string;
  readonly binary: ServerBinary;
  readonly limits: SupervisionLimits;
}

/** Supervisors are killed by people and out-of-memory killers, not by themselves: more than this is a fault. */
const supervisorsAtMost = 5;

/** Resolves once the server answers; throws when it cannot be started, or the signal's reason. */
export async function keepSupervised(options: SupervisedOptions): Promise<ServerHandle> {
  const server = new SupervisedServer(options);
  const callOff = () => server.fail(asError(options.signal?.reason));
  options.signal?.addEventListener('abort', callOff);
  try {
    options.signal?.throwIfAborted();
    const address = await server.start();
    return {
      address,
      embedded: true,
      stop: () => server.stop(),
      onFailure: listener => server.onFailure(listener),
    };
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', callOff);
  }
}

class SupervisedServer {
  readonly #options: SupervisedOptions;
  readonly #listeners: ((failure: Error) => void)[] = [];
  #supervisor: Promise<SupervisorProcess> | undefined;
  #supervisors = 0;
  #address: string | undefined;
  #onReady: (address: string) => void = () => undefined;
  #failure: Error | undefined;
  #stopping = false;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  /** Resolves to the address once the server answers there. */
  start(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.onFailure(reject);
      this.#startSupervisor();
    });
  }

  onFailure(listener: (failure: Error) => void): void {
    if (this.#failure === undefined) this.#listeners.push(listener);
    else listener(this.#failure);
  }

  fail(failure: Error): void {
    if (this.#failure !== undefined || this.#stopping) return;
    this.#failure = failure;
    for (const listener of this.#listeners) listener(failure);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const supervisor = await this.#supervisor?.catch(() => undefined);
    await supervisor?.stop();
  }

  #startSupervisor(): void {
    this.#supervisors += 1;
    const { program, home, binary, limits } = this.#options;
    const onEvent = (event: SupervisorEvent) => void this.#hear(event);
    this.#supervisor = startSupervisor({ program, home, binary, limits, onEvent });
    this.#supervisor.then(
      supervisor => void supervisor.ended.then(how => this.#replaceSupervisor(how)),
      (error: unknown) => this.fail(asError(error)),
    );
  }

  #replaceSupervisor(how: string): void {
    if (this.#stopping || this.#failure !== undefined) return;
    if (this.#supervisors >= supervisorsAtMost) {
      this.fail(
        new Error(`the supervisor of the Temporal server ended ${this.#supervisors} times, the last time by ${how}`),
      );
      return;
    }
    this.#say(`its supervisor ended (${how}); another one takes over`);
    this.#startSupervisor();
  }

  async #hear(event: SupervisorEvent): Promise<void> {
    switch (event.type) {
      case 'waiting':
        return this.#say(`kept up by process ${event.holder ?? '(unknown)'}; this one takes over when that ends`);
      case 'progress':
        return this.#say(event.text);
      case 'lost':
        return this.#say(`${event.reason}; starting it again`);
      case 'failed':
        return this.fail(new Error(event.message));
      case 'ready':
        // From here on the caller's own work decides how long this process lives.
        (await this.#supervisor)?.keepAlive('let go');
        return this.#welcome(event.address);
    }
  }

  #welcome(address: string): void {
    if (this.#address === undefined) {
      this.#address = address;
      this.#onReady(address);
    } else if (this.#address === address) {
      this.#say(`answers again at ${address}`);
    } else {
      this.fail(new Error(`the Temporal server moved from ${this.#address} to ${address}, where nobody looks for it`));
    }
  }

  #say(text: string): void {
    this.#options.progress({ topic: 'temporal server', text });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
