/** What a trainer runs in: the variables it may see, and the evidence of its environment for the record. */
import { spawnSync } from 'node:child_process';
import { configVariable } from '../../schemas/trainer-contract.ts';
import { type DeclaredEnvironment, probeName } from '../../schemas/steps/exec.ts';
import { digestOf } from '../../schemas/identity.ts';
import type { Json } from '../../schemas/json.ts';
import { CellFailure } from '../cell-failure.ts';
import type { OutsideWork } from '../step-body.ts';

/** Without these hardly any program runs. */
const alwaysSeen = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'] as const;

export type Variables = { readonly [name: string]: string };

/** The whole environment of a trainer: the usual few, those the study allows, and ours. */
export function trainerVariables(
  { variables, devices }: Pick<OutsideWork, 'variables' | 'devices'>,
  { env, config }: { readonly env: readonly string[]; readonly config: string },
): Variables {
  return {
    // So that what a program prints is there when it is printed, not when it ends.
    PYTHONUNBUFFERED: '1',
    ...variables([...alwaysSeen, ...env]),
    // Without a device of its own a trainer must not find those of others.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: devices.join(','),
    [configVariable]: config,
  };
}

const probeMilliseconds = 60_000;
/** Characters of a probe's output that a record keeps. */
const keptCharacters = 20_000;

export interface Probed {
  readonly environment: DeclaredEnvironment | undefined;
  readonly variables: Variables;
  readonly folder: string;
}

/** What the record says of the environment; runs the probe. Refuses one whose output is not what the plan was made with. */
export function environmentNote(
  { files }: Pick<OutsideWork, 'files'>,
  { environment, variables, folder }: Probed,
): Json {
  if (environment === undefined) return null;
  if ('image' in environment) return { image: environment.image };
  if ('file' in environment) return { file: environment.file, sha256: files['environment/file']?.digest };
  const [program = '', ...words] = environment.probe;
  const options = { cwd: folder, env: { ...variables }, timeout: probeMilliseconds } as const;
  const { status, stdout, error } = spawnSync(program, words, options);
  const named = `the probe \`${environment.probe.join(' ')}\``;
  if (error !== undefined || status !== 0)
    throw new CellFailure('user', `${named} failed here: ${error?.message ?? `it ended with code ${status}`}`);
  const planned = files[probeName]?.digest;
  if (planned !== undefined && digestOf(stdout) !== planned)
    throw new CellFailure(
      'user',
      `${named} prints something else here than when the plan was made: plan the study on a machine like this one, or do not key it`,
    );
  return { probe: environment.probe, output: stdout.toString('utf8').slice(0, keptCharacters) };
}
