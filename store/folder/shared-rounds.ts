/**
 * Group commit: one flush for all who ask while another is under way. A flush that has begun may miss what a caller
 * has just written, so callers who find one running share the next.
 */
export interface SharedRounds {
  /** Resolves (or fails) with the first round that begins after the call. */
  readonly join: () => Promise<void>;
}

/** `idle` is called whenever a round ends and nobody waits for another. */
export function sharedRounds(round: () => Promise<void>, idle: () => void = () => undefined): SharedRounds {
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  const start = (): Promise<void> => {
    following = undefined;
    const current = round();
    running = current;
    const end = () => {
      if (following !== undefined) return;
      running = undefined;
      idle();
    };
    current.then(end, end);
    return current;
  };
  return {
    join: () => {
      if (running === undefined) return start();
      following ??= running.then(start, start);
      return following;
    },
  };
}
