/**
 * Recorded histories are replayed with the bundle that ships: workflow code that is not deterministic is refused here,
 * and so is a change of what it schedules that nobody meant. One that is meant takes new histories:
 * `RECORD_HISTORIES=1 npx vitest run test/histories`. (Runs under way need none: each version has its own task queue.)
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowBundle } from '../../worker/entry-points.ts';
import { cleanUp } from '../worker/server/rig.ts';
import { startRig } from '../workflows/rig.ts';
import { type HistoryFile, type Scenario, historyFileSchema, record, scenarios } from './scenarios.ts';

const fileOf = (scenario: string) => new URL(`${scenario}.json`, import.meta.url);

function recorded(scenario: Scenario): HistoryFile {
  return historyFileSchema.parse(JSON.parse(readFileSync(fileOf(scenario), 'utf8')));
}

beforeAll(async () => {
  // What it says of histories that are refused is asserted here, and otherwise noise.
  if (process.env['RECORD_HISTORIES'] === undefined)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'off', forward: {} } },
    });
  else await recordAll();
}, 120_000);
afterAll(cleanUp);

async function recordAll(): Promise<void> {
  const rig = await startRig();
  for (const scenario of scenarios)
    writeFileSync(fileOf(scenario), `${JSON.stringify(await record(rig, scenario), undefined, 1)}\n`);
  await rig.close();
}

/** Why each history is refused; undefined where it replays. */
async function replay(histories: HistoryFile): Promise<(string | undefined)[]> {
  const errors: (string | undefined)[] = [];
  const options = { workflowBundle: { codePath: workflowBundle() } };
  for await (const { error } of Worker.runReplayHistories(options, histories)) errors.push(error?.name);
  return errors;
}

describe.each(scenarios)('a recorded run: %s', scenario => {
  test('its workflows replay with this build', async () => {
    const histories = recorded(scenario);
    expect(histories.length).toBeGreaterThan(2);
    expect(await replay(histories)).toEqual(histories.map(() => undefined));
  });

  test('it went the way its name says', () => {
    const text = JSON.stringify(recorded(scenario));
    expect({
      paused: text.includes('"signalName":"pause"') && text.includes('"signalName":"resume"'),
      cancelled: text.includes('EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED'),
      failed: tallies(recorded(scenario)).some(({ failed }) => failed > 0),
      ordered: text.includes('"signalName":"order"'),
      cellCancelled: text.includes('EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED') && scenario !== 'cancel',
    }).toEqual({
      paused: scenario === 'pause',
      cancelled: scenario === 'cancel',
      failed: scenario === 'failure',
      ordered: scenario === 'cancel-cell' || scenario === 'approval',
      cellCancelled: scenario === 'cancel-cell',
    });
  });
});

test('a history that this build would not have made is refused', async () => {
  const histories = recorded('plain');
  const broken: HistoryFile = JSON.parse(
    JSON.stringify(histories).replaceAll('"name":"readBranch"', '"name":"readStep"'),
  );
  const refused = await replay(broken);
  expect(refused[0]).toBeUndefined();
  expect(refused.slice(1)).toEqual(histories.slice(1).map(() => 'DeterminismViolationError'));
});

test('a history that lacks an activity this build starts is refused', async () => {
  const [run] = recorded('plain');
  const { events } = run!.history as { events: { eventType: string }[] };
  const first = events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
  const cut = events.filter((_, index) => index !== first);
  expect(await replay([{ workflowId: run!.workflowId, history: { events: cut } }])).not.toEqual([undefined]);
});

test('the files hold every scenario, and nothing of the machine that recorded them', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(name => name.endsWith('.json'));
  expect(files.toSorted()).toEqual(scenarios.map(scenario => `${scenario}.json`).toSorted());
  for (const file of files) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(text).not.toMatch(/file:\/\/|\/home\/|\/tmp\/|\/work\//);
    if (hostname().length > 4) expect(text).not.toContain(hostname());
  }
});

/** Tallies that branches returned. */
function tallies(histories: HistoryFile): { failed: number }[] {
  const found: { failed: number }[] = [];
  JSON.stringify(histories, (key, value: unknown) => {
    if (key === 'workflowExecutionCompletedEventAttributes') {
      const { result } = value as { result: { payloads: { data: string }[] } };
      found.push(JSON.parse(Buffer.from(result.payloads[0]!.data, 'base64').toString('utf8')) as { failed: number });
    }
    return value;
  });
  return found;
}
