/** `exec`: see schemas/steps/exec, docs/external-trainers.md and activities/trainer. */
import { hostname } from 'node:os';
import { writeFileSync } from 'node:fs';
import type { Json } from '../../schemas/json.ts';
import { type DeclaredOutput, declaredOutputs, exec } from '../../schemas/steps/exec.ts';
import { type TrainerConfig, type TrainerLine, contractVersion } from '../../schemas/trainer-contract.ts';
import { CellFailure } from '../cell-failure.ts';
import { type CellContext, type StepResult, stepBody } from '../step-body.ts';
import { attemptLogName, openAttemptLog } from '../trainer/attempt-log.ts';
import { type CodeState, codeState } from '../trainer/code-state.ts';
import { codePaths, copyCode } from '../trainer/trainer-code.ts';
import { type Variables, environmentNote, trainerVariables } from '../trainer/trainer-environment.ts';
import { trainerFailure } from '../trainer/trainer-failure.ts';
import { writeInputs } from '../trainer/trainer-inputs.ts';
import { outputFiles, takeOutputs } from '../trainer/trainer-outputs.ts';
import { runTrainer } from '../trainer/trainer-process.ts';
import { type Reported, checkReported, createReported } from '../trainer/trainer-report.ts';
import { type TrainerWork, openTrainerWork } from '../trainer/trainer-work.ts';

type Exec = CellContext<typeof exec>;

export const execBody = stepBody(exec, async (cell): Promise<StepResult<typeof exec>> => {
  const begun = performance.now();
  const work = await openTrainerWork(cell.outside);
  try {
    const declared = outputsOf(cell);
    await copyCode(cell.outside, work.folders.code);
    const code = codePaths(cell.outside.files).flatMap(file => codeState(file) ?? []);
    const config = await writeConfig(cell, work, declared);
    const variables = trainerVariables(cell.outside, { env: cell.with.env, config: work.folders.config });
    const environment = environmentNote(cell.outside, {
      environment: cell.with.environment,
      variables,
      folder: work.folders.code,
    });
    const { log, reported } = await train(cell, work, variables);
    checkReported(cell.with, reported);
    const outputs = await takeOutputs(cell.outside.store, declared, config.outputs);
    return {
      outputs,
      notes: notesOf(cell, work, { environment, log, code }),
      earlier: { seconds: work.secondsBefore, resumedAt: work.resumedAt() },
    };
  } catch (error) {
    await work.endInVain((performance.now() - begun) / 1000);
    throw error;
  }
});

function outputsOf(cell: Exec): { readonly [port: string]: DeclaredOutput } {
  const declared = declaredOutputs(cell.with.outputs);
  if (declared === undefined) throw new Error('internal: the outputs of an exec step were never checked');
  return declared;
}

async function writeConfig(
  cell: Exec,
  { attempt, folders }: TrainerWork,
  declared: { readonly [port: string]: DeclaredOutput },
): Promise<TrainerConfig> {
  const { parameters, formats, world_size, effective_batch, steps } = cell.with;
  const { run, key, seeds, devices } = cell.outside;
  const config: TrainerConfig = {
    contract: contractVersion,
    run,
    cell: cell.name,
    key,
    at: cell.at,
    attempt,
    parameters,
    seeds,
    inputs: await writeInputs({ cell, formats, folder: folders.inputs }),
    outputs: outputFiles(declared, folders.outputs),
    checkpoints: folders.checkpoints,
    devices,
    ...(world_size === undefined ? {} : { world_size }),
    ...(effective_batch === undefined ? {} : { effective_batch }),
    ...(steps === undefined ? {} : { steps }),
  };
  writeFileSync(folders.config, `${JSON.stringify(config, null, 2)}\n`);
  return config;
}

async function train(
  cell: Exec,
  work: TrainerWork,
  variables: Variables,
): Promise<{ readonly log: string; readonly reported: Reported }> {
  const { outside } = cell;
  const begun = performance.now();
  const name = attemptLogName(outside.key, work.attempt);
  const head = `# ${cell.name}, attempt ${work.attempt}, ${new Date(begun).toISOString()}, ${hostname()}: ${cell.with.command.join(' ')}`;
  const log = openAttemptLog(await outside.logFolder(), name, head);
  const reported = createReported(cell.with.steps);
  try {
    const end = await runTrainer({
      command: cell.with.command,
      folder: work.folders.code,
      variables,
      signal: outside.signal,
      seconds: outside.seconds,
      graceMilliseconds: outside.graceMilliseconds,
      onStart: leader => {
        work.noteTrainer(leader);
        outside.onGroup(leader);
      },
      onLine: log.write,
      onReport: report => take(cell, work, reported, report),
    });
    if (end.code !== 0) throw trainerFailure(end, cell.with.failures);
    log.end(`# ended well after ${seconds(begun)} s`);
    return { log: name, reported };
  } catch (error) {
    log.end(`# failed after ${seconds(begun)} s: ${error instanceof Error ? error.message : String(error)}`);
    throw error instanceof CellFailure
      ? new CellFailure(error.class, `${error.message} (all it printed: espalier logs '${cell.name}')`, {
          cause: error,
        })
      : error;
  }
}

function take(cell: Exec, work: TrainerWork, reported: Reported, report: TrainerLine): void {
  if (report.resumed_at !== undefined) work.noteResumed(report.resumed_at);
  const progress = reported.add(report);
  // It may throw that the cell was told to stop; the signal has stopped the trainer then already.
  if (progress !== undefined) cell.progress(progress).catch(() => undefined);
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1);
}

function notesOf(
  { outside }: Exec,
  { attempt, orphan }: TrainerWork,
  { environment, log, code }: { readonly environment: Json; readonly log: string; readonly code: readonly CodeState[] },
): { readonly [name: string]: Json } {
  return {
    attempt,
    log,
    ...(code.length === 0 ? {} : { code: code.map(state => ({ ...state })) }),
    ...(environment === null ? {} : { environment }),
    ...(outside.devices.length === 0 ? {} : { devices: outside.devices }),
    ...(orphan === undefined ? {} : { orphan }),
  };
}
