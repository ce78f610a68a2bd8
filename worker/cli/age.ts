/** Lengths of time as people type them: `30d`, `12h`. */
import { UsageError } from './exit-codes.ts';

const units = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds; a `UsageError` names the flag and what it takes. */
export function ageSeconds(flag: string, text: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w') return Number(number) * units[unit];
  throw new UsageError(`${flag} is \`${text}\`: give a number with m, h, d or w, such as 30d or 12h`);
}
