/**
 * Groups of processes: a program and all that it started, ended together. A group is known by the mark of its leader,
 * whose process id is the group's.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ProcessMark } from '../schemas/process-mark.ts';
import { type ProcessState, canBeAsked, findProcess } from './process-life.ts';

/** Whether any process of the group lives, be it only what its leader left behind. */
export function groupState(leader: ProcessMark): ProcessState {
  if (!canBeAsked(leader)) return 'elsewhere';
  // While a group has a member its number is given to nobody else; a process of that number and another start is a stranger.
  const now = findProcess(leader.pid);
  if (now !== undefined && leader.start !== undefined && now.start !== leader.start) return 'dead';
  return hasMembers(leader.pid) ? 'alive' : 'dead';
}

export interface EndedGroup {
  /** `gone`: there was nothing left to end. `elsewhere`: of another host or container, so that nobody here can. */
  readonly was: 'ended' | 'killed' | 'gone' | 'elsewhere';
}

/** A killed process may take a while to give its memory back; longer than this nothing here can help. */
const longestDeath = 60_000;

/** Asks the group to end, and kills what is left of it after a while. Resolves when none of it lives. */
export async function endGroup(leader: ProcessMark, graceMilliseconds: number): Promise<EndedGroup> {
  const state = groupState(leader);
  if (state !== 'alive') return { was: state === 'dead' ? 'gone' : 'elsewhere' };
  signalGroup(leader.pid, 'SIGTERM');
  if (await isGoneWithin(leader, graceMilliseconds)) return { was: 'ended' };
  signalGroup(leader.pid, 'SIGKILL');
  if (await isGoneWithin(leader, longestDeath)) return { was: 'killed' };
  throw new Error(
    `process ${leader.pid} does not end although it was killed; look for what holds it (ps -o pid,stat,wchan)`,
  );
}

/** Sends a signal to all of a group; none there is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const lookMilliseconds = 25;

async function isGoneWithin(leader: ProcessMark, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (groupState(leader) === 'alive') {
    if (performance.now() >= end) return false;
    await setTimeout(lookMilliseconds);
  }
  return true;
}

/** Zombies do not count: in a container nobody may ever reap them. */
function hasMembers(group: number): boolean {
  if (process.platform !== 'linux') return answers(group);
  if (!answers(group)) return false;
  return readdirSync('/proc').some(name => /^\d+$/.test(name) && isLivingMember(Number(name), group));
}

function answers(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Fields 3 (state) and 5 (group) of /proc/PID/stat (proc(5)). */
function isLivingMember(pid: number, group: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , of = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(of) === group && state !== 'Z' && state !== 'X';
  } catch {
    // It ended while we looked.
    return false;
  }
}
