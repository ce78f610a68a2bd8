/** kill -9 of each kind of process in the middle of a run: the run comes to the same end, nothing done twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, eventually, stateOf } from '../server/rig.ts';
import { digestsOf, expectNothingTwice, sleepingCells, sleepingStudy } from './disturbed-run.ts';
import {
  type StartedCommand,
  childrenOf,
  endCommands,
  endedCells,
  espalierJson,
  newProject,
  startEspalier,
} from './rig.ts';
import { runShape } from './shapes.ts';

let undisturbed: Record<string, string>;
beforeAll(async () => {
  const project = newProject(sleepingStudy);
  const { code, value } = await espalierJson(['run', project.study], project);
  expect({ code, ...runShape.parse(value) }).toMatchObject({ code: 0, executed: sleepingCells });
  undisturbed = await digestsOf(project.home, 'sleeping-1');
  expect(Object.keys(undisturbed).length).toBeGreaterThanOrEqual(sleepingCells);
});
afterAll(async () => {
  endCommands();
  await cleanUp();
});

/** A run of which some cells have ended. */
async function halfway() {
  const project = newProject(sleepingStudy);
  const command = startEspalier(['run', project.study, '--json'], project);
  await endedCells(project.home, 'sleeping-1', 15);
  return { project, command };
}

const only = (pids: readonly number[]) => {
  expect(pids).toHaveLength(1);
  return pids[0]!;
};
const workerOf = ({ child }: StartedCommand) => only(childrenOf(child.pid!, 'worker.js'));

async function expectUndisturbed(home: string, value: unknown): Promise<void> {
  const { seconds: _, report: __, ...counts } = runShape.parse(value);
  expect(counts).toMatchObject({ run: 'sleeping-1', state: 'done', executed: sleepingCells });
  expect(await digestsOf(home, 'sleeping-1')).toEqual(undisturbed);
  await expectNothingTwice(home, 'sleeping-1');
}

describe.skipIf(process.platform !== 'linux').concurrent('kill -9 in the middle of a run', () => {
  const casualties: readonly (readonly [string, (command: StartedCommand, home: string) => Promise<void>])[] = [
    [
      'the worker: the command starts another',
      async command => {
        const worker = workerOf(command);
        process.kill(worker, 'SIGKILL');
        await eventually(() => command.said().includes('the worker was lost'), 20_000);
        await eventually(() => childrenOf(command.child.pid!, 'worker.js').some(pid => pid !== worker), 20_000);
      },
    ],
    [
      'a compute process: the worker starts another',
      async command => {
        const worker = workerOf(command);
        const [first] = await eventually(() => nonEmpty(childrenOf(worker, 'compute.js')), 20_000);
        process.kill(first!, 'SIGKILL');
      },
    ],
    [
      'the server: its supervisor starts another',
      async (command, home) => {
        const { server } = stateOf(home);
        process.kill(server.pid, 'SIGKILL');
        await eventually(() => command.said().includes('answers again'), 30_000);
        expect(stateOf(home).server.pid).not.toBe(server.pid);
      },
    ],
    [
      'the supervisor of the server: the command starts another',
      async (_, home) => {
        process.kill(stateOf(home).supervisor.pid, 'SIGKILL');
      },
    ],
  ];
  test.each(casualties)(
    '%s, and the run goes on to the same results',
    async (_, kill) => {
      const { project, command } = await halfway();
      await kill(command, project.home);
      const { code, out, err } = await command.finished;
      expect(code, err).toBe(0);
      await expectUndisturbed(project.home, JSON.parse(out));
    },
    150_000,
  );

  test('the command: it takes worker and server with it, and the same command again goes on', async () => {
    const { project, command } = await halfway();
    const pids = [workerOf(command), stateOf(project.home).server.pid];
    command.child.kill('SIGKILL');
    expect((await command.finished).code).toBe(null);
    for (const pid of pids) await eventually(() => !isAlive(pid), 20_000);
    const { code, value, err } = await espalierJson(['run', project.study], project);
    expect(code, err).toBe(0);
    expect(err).toContain('going on with sleeping-1');
    await expectUndisturbed(project.home, value);
  }, 150_000);
});

function nonEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length > 0 ? items : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
