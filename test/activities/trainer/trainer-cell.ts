/** Cells of `exec` whose trainers are small programs of Node, run as a compute process runs them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CellFailure } from '../../../activities/cell-failure.ts';
import type { CellProgress, CellResult, CellTask, ExecutionHooks } from '../../../activities/compute.ts';
import { cellExecutor } from '../../../activities/execute-cell.ts';
import { execBody } from '../../../activities/steps/exec.ts';
import { exec } from '../../../schemas/steps/exec.ts';
import type { Store } from '../../../store/store.ts';
import { digestSourceTree } from '../../../store/source-tree.ts';
import { type TemporaryStore, openTemporaryStore } from '../../store/temporary-store.ts';
import { type CellOptions, taskOf } from '../steps/cell-task.ts';

export interface TrainerRig {
  readonly store: Store;
  readonly run: string;
  /** Where the study would lie. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export async function openTrainerRig(): Promise<TrainerRig> {
  const opened: TemporaryStore = await openTemporaryStore();
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-trainer-'));
  const { run } = await opened.store.createRun({
    format: 1,
    study: 'trainers',
    file: 'study.yaml',
    plan: '0'.repeat(64) as never,
    gates: {},
    created: new Date().toISOString(),
    espalier: '0.0.0',
  });
  const close = async () => {
    rmSync(folder, { recursive: true });
    await opened.close();
  };
  return { store: opened.store, run, folder, close };
}

/** Reads the config, and offers what most trainers here need. */
const prelude = `
import { existsSync, readFileSync, writeFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
const config = JSON.parse(readFileSync(process.env.ESPALIER_CONFIG, 'utf8'));
const say = value => console.log(JSON.stringify(value));
const tensors = given => {
  const header = {}; const data = []; let at = 0;
  for (const [name, numbers] of Object.entries(given)) {
    header[name] = { dtype: 'F32', shape: [numbers.length], data_offsets: [at, at + 4 * numbers.length] };
    data.push(Buffer.from(Float32Array.from(numbers).buffer)); at += 4 * numbers.length;
  }
  const text = Buffer.from(JSON.stringify(header)); const length = Buffer.alloc(8); length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
};
const give = (port, bytes) => writeFileSync(config.outputs[port].path, bytes);
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
`;

/** A cell whose trainer is this text of a module. */
export async function trainerTask(rig: TrainerRig, program: string, options: CellOptions = {}): Promise<CellTask> {
  const file = path.join(rig.folder, 'train.mjs');
  writeFileSync(file, prelude + program);
  const task = await taskOf(rig.store, exec, {
    ...options,
    with: { command: [process.execPath, 'train.mjs'], outputs: { out: 'json' }, code: ['train.mjs'], ...options.with },
    files: { 'code/train.mjs': { path: file, ...digestSourceTree(file)! }, ...options.files },
  });
  return { ...task, run: rig.run };
}

export interface Attempt {
  readonly result: Promise<CellResult>;
  readonly progress: readonly CellProgress[];
  readonly stop: () => void;
}

export function attempt(rig: TrainerRig, task: CellTask, hooks: Partial<ExecutionHooks> = {}): Attempt {
  const progress: CellProgress[] = [];
  const stopping = new AbortController();
  const execute = cellExecutor({
    store: rig.store,
    bodyOf: async () => execBody,
    resources: { backend: undefined, nativePackage: undefined },
    checkpointSeconds: 30,
    variables: names =>
      Object.fromEntries(
        names.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
      ),
  });
  const result = execute(task, {
    signal: stopping.signal,
    onBegin: () => undefined,
    onProgress: each => progress.push(each),
    ...hooks,
  });
  result.catch(() => undefined);
  return { result, progress, stop: () => stopping.abort() };
}

export async function failureOf({ result }: Pick<Attempt, 'result'>): Promise<Pick<CellFailure, 'class' | 'message'>> {
  try {
    await result;
  } catch (error) {
    const { class: failureClass, message } = error as CellFailure;
    return { class: failureClass, message: message.replace(/ \(all it printed: .*\)$/, '') };
  }
  throw new Error('the cell did not fail');
}

/** The JSON that a trainer wrote to its output `out`. */
export async function jsonOut(rig: TrainerRig, { outputs }: CellResult): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await rig.store.get(outputs['out']!.digest)));
}

export async function logOf(rig: TrainerRig, { notes }: CellResult): Promise<string> {
  return readFileSync(path.join(await rig.store.logFolder(rig.run), notes['log'] as string), 'utf8');
}
