/** Who gives an order: the user of this process, on this machine. */
import { hostname, userInfo } from 'node:os';

/** `ann@host`; in a container without a name for its user, that user's number. */
export function thisPerson(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in the system's list of users.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
