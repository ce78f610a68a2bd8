/**
 * Locks on the devices of this machine, one each, between all workers of a user whatever their stores: files in a
 * folder of the user, held by a process and lost with it. Beside each lock stands which group of processes uses the
 * device, so that a trainer that outlived its worker is ended before anybody else gets the device.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { cellKeySchema } from '../../schemas/identity.ts';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { folderLeases } from '../../store/folder/folder-leases.ts';
import { layoutOf } from '../../store/folder/layout.ts';
import { endGroup } from '../../store/process-group.ts';

export interface GrantedDevice {
  /** As the driver calls it: an index or a UUID. */
  readonly id: string;
  /** Where the group that uses it is noted. */
  readonly userFile: string;
}

export interface DeviceLocks {
  /** The lock of a name, or undefined where a living process holds it. */
  readonly tryTake: (name: string) => (() => Promise<void>) | undefined;
  readonly device: (id: string) => GrantedDevice;
}

/** Nobody renews these locks: only the death of their owner ends them. */
const lifetimeSeconds = 1e9;

export function openDeviceLocks(folder: string): DeviceLocks {
  const layout = layoutOf(folder);
  const users = path.join(folder, 'users');
  for (const each of [layout.temporary, users]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const leases = folderLeases({ layout });
  return {
    tryTake: name => {
      const key = cellKeySchema.parse(createHash('sha256').update(name).digest('hex'));
      const lease = leases.acquire(key, { host: hostname(), pid: process.pid, purpose: name }, lifetimeSeconds);
      return lease.held ? () => lease.release() : undefined;
    },
    device: id => ({ id, userFile: path.join(users, `${encodeURIComponent(id)}.json`) }),
  };
}

/** Notes that a group of processes uses a device from now on. */
export function noteUser({ userFile }: GrantedDevice, leader: ProcessMark): void {
  writeFileSync(userFile, JSON.stringify(leader));
}

/** Ends the group that was noted last, if any of it lives; only whoever holds the device's lock may. */
export async function endUser({ userFile }: GrantedDevice, graceMilliseconds: number): Promise<void> {
  const leader = readUser(userFile);
  if (leader !== undefined) await endGroup(leader, graceMilliseconds);
  rmSync(userFile, { force: true });
}

function readUser(file: string): ProcessMark | undefined {
  try {
    return processMarkSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    // None, or one that a power cut tore: then the group is gone with the power.
    return undefined;
  }
}
