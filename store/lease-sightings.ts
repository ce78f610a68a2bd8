/**
 * How long leases have still to run, as this process has watched them. Clocks of two machines differ and jump, so nobody
 * compares a time that another has written: a lease is over when its count of renewals stood still for its whole length
 * by the observer's own steady clock. All that is assumed of clocks is that seconds are about equally long everywhere.
 */

/** What is looked at in a lease. */
export interface SightedLease {
  readonly token: string;
  readonly renewals: number;
  /** How long it holds after a renewal. */
  readonly seconds: number;
}

export interface LeaseSightings {
  /** Seconds until the lease counts as abandoned: its whole length where it is new here or was renewed. */
  readonly secondsLeft: (lease: SightedLease) => number;
}

interface Sighting {
  readonly renewals: number;
  /** Milliseconds of the steady clock when this count was first seen. */
  readonly since: number;
  looked: number;
}

/** Sightings kept before those are dropped that nobody has asked about for an hour. */
const manySightings = 1000;
const hour = 3_600_000;

export function leaseSightings(): LeaseSightings {
  const seen = new Map<string, Sighting>();
  const forgetOld = (now: number) => {
    if (seen.size <= manySightings) return;
    for (const [token, { looked }] of seen) if (now - looked > hour) seen.delete(token);
  };
  return {
    secondsLeft: ({ token, renewals, seconds }) => {
      const now = performance.now();
      const before = seen.get(token);
      if (before === undefined || before.renewals !== renewals) {
        forgetOld(now);
        seen.set(token, { renewals, since: now, looked: now });
        return seconds;
      }
      before.looked = now;
      return seconds - (now - before.since) / 1000;
    },
  };
}
