/** Groups of processes: a program and all that it started, looked for and ended together. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { endGroup, groupState } from '../../store/process-group.ts';
import { markProcess } from '../../store/process-life.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of started.splice(0)) if (pid !== undefined) endSilently(pid);
});

function endSilently(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended, as it should have.
  }
}

/** A group once it says that it is there. */
async function startGroup(script: string): Promise<ProcessMark> {
  const child = spawn('bash', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  await once(child.stdout, 'data');
  return markProcess(child.pid);
}

describe.skipIf(process.platform !== 'linux')('a group', () => {
  test('that listens ends when it is asked to', async () => {
    const leader = await startGroup('echo ready; sleep 60');
    expect(groupState(leader)).toBe('alive');
    expect(await endGroup(leader, 5000)).toEqual({ was: 'ended' });
    expect(groupState(leader)).toBe('dead');
    expect(await endGroup(leader, 5000)).toEqual({ was: 'gone' });
  });

  test('that does not listen is killed after the grace time', async () => {
    const leader = await startGroup("trap '' TERM; echo ready; while true; do sleep 0.05; done");
    expect(await endGroup(leader, 200)).toEqual({ was: 'killed' });
    expect(groupState(leader)).toBe('dead');
  });

  test('lives as long as one of it does, its leader gone', async () => {
    const leader = await startGroup('sleep 60 & echo ready');
    await expect.poll(() => groupState({ ...leader, start: 'unknown' })).toBe('alive');
    expect(groupState(leader)).toBe('alive');
    expect(await endGroup(leader, 5000)).toEqual({ was: 'ended' });
  });

  test('whose number another process has is no more', () => {
    expect(groupState({ ...markProcess(), start: '1' })).toBe('dead');
  });

  test('of another host cannot be asked, and is not touched', async () => {
    const leader = await startGroup('echo ready; sleep 60');
    const elsewhere = { ...leader, host: 'another-host.invalid' };
    expect(await endGroup(elsewhere, 0)).toEqual({ was: 'elsewhere' });
    expect(groupState(leader)).toBe('alive');
  });
});
