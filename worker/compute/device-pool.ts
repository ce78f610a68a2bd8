/**
 * The devices of a worker, handed out one cell at a time, first come first served: a cell of several devices keeps what
 * falls free until it has all, so that small ones do not starve it. Of all workers with the same list one collects at a
 * time, so that no two ever wait for what the other holds.
 */
import { setTimeout } from 'node:timers/promises';
import { createTurns } from '../../store/turns.ts';
import { type DeviceLocks, type GrantedDevice, endUser, openDeviceLocks } from './device-lock.ts';
import type { DeviceProbe } from './device-probe.ts';

export interface DevicePool {
  /** How many there are at all. */
  readonly count: number;
  /** Resolves once so many are this cell's; rejects when the signal is aborted first. */
  readonly take: (count: number, signal: AbortSignal) => Promise<HeldDevices>;
}

export interface HeldDevices {
  readonly devices: readonly GrantedDevice[];
  /** Ends whatever still uses them, and gives them back. */
  readonly release: () => Promise<void>;
}

export interface DevicePoolOptions {
  readonly ids: readonly string[];
  /** The user's folder of locks on this machine. */
  readonly folder: string;
  readonly probe: DeviceProbe;
  readonly onOutput: (line: string) => void;
}

const lookMilliseconds = 100;

/** A trainer that outlived its worker may save its state before it is killed. */
const orphanGraceMilliseconds = 8000;

/** Device memory that somebody else may use: what a monitor takes, not what a training does. */
const foreignBytes = 256 * 2 ** 20;

export function createDevicePool({ ids, folder, probe, onOutput }: DevicePoolOptions): DevicePool {
  const takeTurn = createTurns();
  const locks = ids.length === 0 ? undefined : openDeviceLocks(folder);
  return {
    count: ids.length,
    take: (count, signal) => {
      if (locks === undefined) throw new Error('internal: devices were asked for where there are none');
      return unlessAborted(
        takeTurn(() => collect(count, { ids, locks, probe, signal, onOutput })),
        signal,
      );
    },
  };
}

/** Whoever is called off while others are before it in line need not wait for them. */
function unlessAborted(turn: Promise<HeldDevices>, signal: AbortSignal): Promise<HeldDevices> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(new Error('called off', { cause: signal.reason }));
      turn.then(
        held => held.release(),
        () => undefined,
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    turn.then(held => {
      signal.removeEventListener('abort', abort);
      resolve(held);
    }, reject);
  });
}

interface Collecting {
  readonly ids: readonly string[];
  readonly locks: DeviceLocks;
  readonly probe: DeviceProbe;
  readonly signal: AbortSignal;
  readonly onOutput: (line: string) => void;
}

interface Held {
  readonly device: GrantedDevice;
  readonly unlock: () => Promise<void>;
}

async function collect(count: number, collecting: Collecting): Promise<HeldDevices> {
  const { ids, locks, signal } = collecting;
  const leaveQueue = await waitFor(() => locks.tryTake(`queue ${ids.join()}`), signal);
  const held: Held[] = [];
  const told = new Set<string>();
  try {
    while (held.length < count) {
      signal.throwIfAborted();
      for (const id of ids) {
        if (held.length === count || held.some(({ device }) => device.id === id)) continue;
        const taken = await tryDevice(id, collecting, told);
        if (taken !== undefined) held.push(taken);
      }
      if (held.length < count) await setTimeout(lookMilliseconds);
    }
  } catch (error) {
    await giveBack(held);
    throw error;
  } finally {
    await leaveQueue();
  }
  return { devices: held.map(({ device }) => device), release: () => giveBack(held) };
}

/** A device that nobody holds and nobody uses; what a dead worker left on it is ended first. */
async function tryDevice(
  id: string,
  { locks, probe, onOutput }: Collecting,
  told: Set<string>,
): Promise<Held | undefined> {
  const unlock = locks.tryTake(`device ${id}`);
  if (unlock === undefined) return undefined;
  const device = locks.device(id);
  try {
    await endUser(device, orphanGraceMilliseconds);
    const used = await probe(id);
    if (used === undefined || used <= foreignBytes) return { device, unlock };
    if (!told.has(id)) onOutput(`device ${id} is passed over: somebody else uses ${(used / 1e9).toFixed(1)} GB of it`);
    told.add(id);
  } catch (error) {
    await unlock();
    throw error;
  }
  await unlock();
  return undefined;
}

async function waitFor<Found>(look: () => Found | undefined, signal: AbortSignal): Promise<Found> {
  for (;;) {
    signal.throwIfAborted();
    const found = look();
    if (found !== undefined) return found;
    await setTimeout(lookMilliseconds);
  }
}

/** In good order there is nothing left to end; a crashed compute process leaves its trainer. */
async function giveBack(held: readonly Held[]): Promise<void> {
  for (const { device, unlock } of held) {
    await endUser(device, 0);
    await unlock();
  }
}
