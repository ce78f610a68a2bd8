/**
 * The files behind leases: `work/KEY/lease-N.json`. Whoever wants a lease links the number after the highest, which one
 * contender alone can; nobody ever has to remove a file that somebody else may have renewed meanwhile.
 */
import { linkSync, readFileSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { processMarkSchema } from '../../schemas/process-mark.ts';
import type { LeaseSightings } from '../lease-sightings.ts';
import { isGone } from '../process-life.ts';
import { removeIfThere } from './durable-file.ts';
import { temporaryPath } from './temporary-files.ts';
import { systemCode, writingNow } from './write-error.ts';

const leaseContentSchema = z.strictObject({
  owner: z.strictObject({ host: z.string(), pid: z.int(), purpose: z.string() }),
  process: processMarkSchema,
  token: z.string(),
  /** By the owner's calendar: for people, never compared. */
  since: z.iso.datetime(),
  /** How long it holds after its last renewal. */
  seconds: z.number(),
  /** Counts renewals, so that others see that its owner lives. */
  renewals: z.int().nonnegative(),
  /** Given back: the file stays until the next lease, so that numbers do not start again while somebody looks. */
  released: z.boolean(),
});
export type LeaseContent = z.output<typeof leaseContentSchema>;

export interface LeaseFile {
  readonly number: number;
  /** undefined where a power cut left the file empty or torn: then nobody holds it. */
  readonly content: LeaseContent | undefined;
}

/** All leases of a folder, the newest (highest) last; none where there is no such folder. */
export function readLeases(folder: string): LeaseFile[] {
  return leaseNumbers(folder).flatMap(number => {
    const text = orMissing(() => readFileSync(leasePath(folder, number), 'utf8'));
    return text === undefined ? [] : [{ number, content: parseContent(text) }];
  });
}

/** The lease somebody holds: not given back, not run out, its owner not known to be dead. */
export function heldLease(leases: readonly LeaseFile[], sightings: LeaseSightings): LeaseContent | undefined {
  return leases.find(({ content }) => content !== undefined && isHeld(content, sightings))?.content;
}

function isHeld(content: LeaseContent, sightings: LeaseSightings): boolean {
  return !content.released && sightings.secondsLeft(content) > 0 && !isGone(content.process);
}

/** Creates lease `number` unless it is there already; false where it is, or where the folder was cleared meanwhile. */
export function linkLease(temporaryFolder: string, folder: string, lease: NumberedLease): boolean {
  return placeLease(temporaryFolder, lease.content, temporary => {
    linkSync(temporary, leasePath(folder, lease.number));
  });
}

/** Puts new content into lease `number`; false where its folder was cleared meanwhile. Only its owner may. */
export function rewriteLease(temporaryFolder: string, folder: string, lease: NumberedLease): boolean {
  return placeLease(temporaryFolder, lease.content, temporary => {
    renameSync(temporary, leasePath(folder, lease.number));
  });
}

export interface NumberedLease {
  readonly number: number;
  readonly content: LeaseContent;
}

export function removeLease(folder: string, number: number): void {
  writingNow(folder, () => orMissing(() => unlinkSync(leasePath(folder, number))));
}

/** Leases are not flushed: a power cut ends every process of the host, and with them what they held. */
function placeLease(temporaryFolder: string, content: LeaseContent, place: (temporary: string) => void): boolean {
  const temporary = temporaryPath(temporaryFolder);
  return writingNow(temporary, () => {
    try {
      writeFileSync(temporary, JSON.stringify(content));
      return placed(() => place(temporary));
    } finally {
      removeIfThere(temporary);
    }
  });
}

function placed(place: () => void): boolean {
  try {
    place();
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

function leaseNumbers(folder: string): number[] {
  const names = orMissing(() => readdirSync(folder)) ?? [];
  const numbers = names.flatMap(name => {
    const number = /^lease-(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return numbers.sort((a, b) => a - b);
}

function leasePath(folder: string, number: number): string {
  return path.join(folder, `lease-${number}.json`);
}

function parseContent(text: string): LeaseContent | undefined {
  try {
    return leaseContentSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function orMissing<Result>(step: () => Result): Result | undefined {
  try {
    return step();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
