/** A worker's room for heavy cells: cores and memory, handed out in order of asking. */

export interface Room {
  readonly cpu: number;
  readonly memory: number;
}

export interface Slots {
  /** Resolves to a release once there is room. Rejects when the signal is aborted first. */
  readonly take: (asked: Room, signal: AbortSignal) => Promise<() => void>;
}

/**
 * First come, first served: a cell that asks for much is not overtaken for ever by many that ask for little. What
 * asks for more than there is at all must be refused before.
 */
export function createSlots(total: Room): Slots {
  let free = total;
  const waiting: { readonly asked: Room; readonly start: () => void }[] = [];

  const serve = () => {
    for (let first = waiting[0]; first !== undefined && fits(first.asked, free); first = waiting[0]) {
      waiting.shift();
      free = { cpu: free.cpu - first.asked.cpu, memory: free.memory - first.asked.memory };
      first.start();
    }
  };
  const release = (asked: Room) => {
    free = { cpu: free.cpu + asked.cpu, memory: free.memory + asked.memory };
    serve();
  };

  const take = async (asked: Room, signal: AbortSignal) => {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(abortReason(signal));
        serve();
      };
      const start = () => {
        // From now on the caller has its room, and hears of an abort by itself.
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const entry = { asked, start };
      signal.addEventListener('abort', abort, { once: true });
      waiting.push(entry);
      serve();
    });
    let released = false;
    return () => {
      if (released) return;
      released = true;
      release(asked);
    };
  };
  return { take };
}

function fits(asked: Room, free: Room): boolean {
  return asked.cpu <= free.cpu && asked.memory <= free.memory;
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
