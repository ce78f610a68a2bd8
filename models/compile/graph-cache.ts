/** The graphs a process has loaded, by what they compute; the least recently used are dropped. */
import type { GraphSession } from './graph-session.ts';

export interface GraphCache {
  /** The graph of this key, made when it is not loaded. */
  readonly get: (key: string, make: () => GraphSession) => GraphSession;
  /** Graphs loaded now, and made since the process began. */
  readonly count: () => { readonly loaded: number; readonly made: number };
  readonly dispose: () => void;
}

export function createGraphCache(capacity: number): GraphCache {
  // A map keeps insertion order: what is used is put back at its end, so its first entry is the least recently used.
  const sessions = new Map<string, GraphSession>();
  let made = 0;
  const get = (key: string, make: () => GraphSession) => {
    const loaded = sessions.get(key);
    sessions.delete(key);
    const session = loaded ?? make();
    if (loaded === undefined) made += 1;
    sessions.set(key, session);
    const [oldest] = sessions;
    if (sessions.size > capacity && oldest !== undefined) {
      sessions.delete(oldest[0]);
      oldest[1].dispose();
    }
    return session;
  };
  const dispose = () => {
    for (const session of sessions.values()) session.dispose();
    sessions.clear();
  };
  return { get, count: () => ({ loaded: sessions.size, made }), dispose };
}
