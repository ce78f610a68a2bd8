/**
 * The peers' program for Espalier: N tasks that write a line each, and a join that counts them. `server` keeps the
 * embedded server up; `run` plans, looks up what is recorded, makes the rest with a worker in this process and writes
 * the report, as `espalier run` does. Environment: N, LOG; the current folder is the work folder.
 */
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createActivities } from '../../../activities/engine.ts';
import { cellExecutor } from '../../../activities/execute-cell.ts';
import { type StepBody, stepBody } from '../../../activities/step-body.ts';
import { planStudy } from '../../../planner/plan-study.ts';
import type { Plan } from '../../../schemas/plan.ts';
import { type StepKind, defineStepKind } from '../../../schemas/step-kind.ts';
import type { Registry } from '../../../schemas/steps/registry.ts';
import type { Store } from '../../../store/store.ts';
import { type Config, readConfig } from '../../../worker/config.ts';
import { workflowBundle, workflowVersion } from '../../../worker/entry-points.ts';
import { beginRun } from '../../../worker/run/begin-run.ts';
import { followRun } from '../../../worker/run/follow-run.ts';
import { makeHomeStore } from '../../../worker/run/home-store.ts';
import { isAbandoned } from '../../../worker/run/read-run-view.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { settleRun } from '../../../worker/run/settle-run.ts';
import { writeReport } from '../../../worker/run/write-report.ts';
import { findServer } from '../../../worker/server/find-server.ts';
import { haveServer } from '../../../worker/server/have-server.ts';
import { studyFiles } from '../../../worker/study-files.ts';
import { temporalTarget } from '../../../worker/temporal/connection.ts';
import { connectRuns } from '../../../worker/temporal/run-client.ts';
import { serve } from '../../../worker/temporal/serve.ts';
import { taskQueueOf } from '../../../workflows/queues.ts';

const out = { out: { kind: 'table', summary: 'one row', columns: { value: 'utf8' } } } as const;

const task = defineStepKind({
  kind: 'task',
  version: 1,
  summary: 'Writes a line to the log.',
  weight: 'light',
  with: z.strictObject({ input: z.string().describe('a line of inputs.txt') }),
  seeds: [],
  in: {},
  out,
  metrics: {},
});

const join = defineStepKind({
  kind: 'join',
  version: 1,
  summary: 'Counts what came in.',
  weight: 'light',
  with: z.strictObject({}),
  seeds: [],
  in: { parts: { kind: 'table', gathers: true, columns: { value: 'utf8' }, summary: 'one row a task' } },
  out,
  metrics: {},
});

const kinds: Registry = new Map<string, StepKind>([
  [task.kind, task],
  [join.kind, join],
]);

function createBodies(log: number): ReadonlyMap<string, StepBody> {
  const taskBody = stepBody(task, async cell => {
    const [index = ''] = cell.with.input.split(' ');
    writeSync(log, `t ${index}\n`);
    return { outputs: { out: await cell.writeTable(out.out.columns, [{ value: cell.with.input.replace(' ', ':') }]) } };
  });
  const joinBody = stepBody(join, async cell => {
    const values = new Set(await (await cell.table('parts')).column('value', 'utf8'));
    writeSync(log, `j ${values.size}\n`);
    return { outputs: { out: await cell.writeTable(out.out.columns, [{ value: `${values.size}` }]) } };
  });
  return new Map<string, StepBody>([
    [task.kind, taskBody],
    [join.kind, joinBody],
  ]);
}

function planInputs(): Plan {
  const lines = readFileSync('inputs.txt', 'utf8').trim().split('\n');
  writeFileSync('inputs.jsonl', lines.map(input => `${JSON.stringify({ input })}\n`).join(''));
  writeFileSync(
    'study.yaml',
    `study: bench
axes: { input: { file: inputs.jsonl, column: input } }
steps:
  work: { use: task, over: [input], with: { input: '\${input}' } }
  joined: { use: join, over: [], in: { parts: work } }
`,
  );
  const result = planStudy(studyFiles, { file: path.resolve('study.yaml'), set: [], registry: kinds });
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
  return result.plan;
}

async function serveCells(config: Config, store: Store, address: string) {
  const bodies = createBodies(openSync(process.env['LOG'] ?? 'log', 'a'));
  const bodyOf = async (kind: string) => {
    const body = bodies.get(kind);
    if (body === undefined) throw new Error(`internal: no body for ${kind}`);
    return body;
  };
  const resources = { backend: config.backend, nativePackage: undefined };
  const environment = { host: hostname(), platform: process.platform, node: process.version, espalier: 'bench' };
  const grouped = store.grouped();
  const execute = cellExecutor({ store: grouped, bodyOf, resources, checkpointSeconds: config.checkpointSeconds });
  const runner = { store: grouped, kinds, environment, owner: { host: hostname(), pid: process.pid }, execute };
  const stopping = new AbortController();
  return serve({
    target: temporalTarget(address),
    taskQueue: taskQueueOf(store.id, workflowVersion()),
    bundle: workflowBundle(),
    activities: createActivities(
      store,
      { light: { ...runner, exclusive: false }, heavy: { ...runner, store, exclusive: true } },
      stopping.signal,
    ),
    stopActivities: () => stopping.abort(),
    slots: config.slots,
    log: line => console.error(line),
  });
}

async function run(config: Config): Promise<boolean> {
  const plan = planInputs();
  const store = await makeHomeStore(config.home);
  const { record, resumed } = await beginRun(store, { plan, file: 'study.yaml', set: [] });
  const isSettled = await settleRun(store, record, plan.cellList);
  if (!isSettled) await make(config, store, { run: record.run, plan: record.plan, cells: plan.cells, resumed });
  await writeReport(store, record);
  return (await store.haveRecords(plan.cellList.map(({ key }) => key))).every(Boolean);
}

async function make(
  config: Config,
  store: Store,
  {
    run: name,
    plan,
    cells,
    resumed,
  }: { readonly run: string; readonly plan: string; readonly cells: number; readonly resumed: boolean },
): Promise<void> {
  const server = await findServer(config);
  if (server === undefined) throw new Error('no server is up: run the setup first');
  const serving = await serveCells(config, store, server.address);
  const client = await connectRuns(temporalTarget(server.address), {
    storeId: store.id,
    version: workflowVersion(),
  });
  await client.start({ run: name, plan }, { isAbandoned: resumed && (await isAbandoned(store, name, process.pid)) });
  const { signal } = new AbortController();
  const isGone = async () => (await client.state(name)) !== 'running';
  await followRun(store, name, { view: createRunView(cells), onChange: () => undefined, signal, isGone });
  await client.close();
  await serving.stop();
}

async function keepServer(config: Config): Promise<void> {
  await haveServer(config, { progress: () => undefined, signal: new AbortController().signal });
  writeFileSync('server.ready', '');
  // Until it is ended: the server goes with the last process that wants it.
  setInterval(() => undefined, 3_600_000);
}

const config = readConfig({ home: path.resolve('home') });
if (process.argv[2] === 'server') await keepServer(config);
else process.exit((await run(config)) ? 0 : 1);
