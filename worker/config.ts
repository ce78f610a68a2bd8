/** The environment, read once. Nothing else in the project looks at `process.env`. */
import { availableParallelism, homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

export interface Config {
  /** Everything of a project: store, server file, logs. `--home`, `ESPALIER_HOME`, else `.espalier` here. */
  readonly home: string;
  /** Per-user cache of built tools, shared by all projects. `ESPALIER_CACHE`, else the platform's cache folder. */
  readonly cache: string;
  /** A numerical backend that must be used (`--backend`, `ESPALIER_BACKEND`); without it the best that loads. */
  readonly backend: 'native' | 'wasm' | 'cpu' | undefined;
  /** Compute processes at once (`--slots`, `ESPALIER_SLOTS`), one core each. */
  readonly slots: number;
  /** GPUs that this worker may hand to cells (`--devices gpu=0,1`, `ESPALIER_DEVICES`), as the driver calls them. */
  readonly devices: readonly string[];
  /** The user's locks on devices of this machine, whatever the home (`ESPALIER_DEVICE_LOCKS`). */
  readonly deviceLocks: string;
  /** A program in the place of `nvidia-smi` (`ESPALIER_DEVICE_PROBE`). */
  readonly deviceProbe: string | undefined;
  /** Seconds between checkpoints of a training (`ESPALIER_CHECKPOINT_SECONDS`). */
  readonly checkpointSeconds: number;
  /** `NO_COLOR` and terminals decide the rest. */
  readonly color: boolean;
  /** Set where Temporal's own environment or profile names a server (`TEMPORAL_ADDRESS`, `TEMPORAL_CONFIG_FILE`, …). */
  readonly temporal: TemporalEnvironment;
}

export interface TemporalEnvironment {
  readonly address: string | undefined;
  readonly configFile: string | undefined;
  readonly profile: string | undefined;
}

const decimal = (pattern: RegExp, error: string) => z.string().regex(pattern, { error }).transform(Number);

const environmentSchema = z.object({
  ESPALIER_HOME: z.string().min(1, { error: 'it names no folder' }).optional(),
  ESPALIER_CACHE: z.string().min(1).optional(),
  ESPALIER_BACKEND: z.enum(['native', 'wasm', 'cpu'], { error: 'it is `native`, `wasm` or `cpu`' }).optional(),
  ESPALIER_SLOTS: decimal(/^[1-9]\d{0,8}$/, 'it is a whole number, 1 or more').optional(),
  ESPALIER_DEVICES: z
    .string()
    .regex(/^gpu=[\w-]+(,[\w-]+)*$/, { error: 'it is `gpu=` and ids parted by commas, as in `gpu=0,1`' })
    .transform(text => [...new Set(text.slice('gpu='.length).split(','))])
    .optional(),
  ESPALIER_DEVICE_LOCKS: z.string().min(1).optional(),
  ESPALIER_DEVICE_PROBE: z.string().min(1).optional(),
  ESPALIER_CHECKPOINT_SECONDS: decimal(/^\d{1,9}(\.\d+)?$/, 'it is a number of seconds, 0 or more').default(30),
  XDG_CACHE_HOME: z.string().min(1).optional(),
  NO_COLOR: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_CONFIG_FILE: z.string().min(1).optional(),
  TEMPORAL_PROFILE: z.string().min(1).optional(),
});

/** What the command line may override. */
export interface ConfigFlags {
  readonly home?: string | undefined;
  readonly backend?: string | undefined;
  readonly slots?: string | undefined;
  readonly devices?: string | undefined;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads flags and environment; a `ConfigError` names the variable or flag that is wrong and what it allows. */
export function readConfig(flags: ConfigFlags = {}, environment: NodeJS.ProcessEnv = process.env): Config {
  const given: NodeJS.ProcessEnv = {
    ...withoutEmpty(environment),
    ...(flags.home === undefined ? {} : { ESPALIER_HOME: flags.home }),
    ...(flags.backend === undefined ? {} : { ESPALIER_BACKEND: flags.backend }),
    ...(flags.slots === undefined ? {} : { ESPALIER_SLOTS: flags.slots }),
    ...(flags.devices === undefined ? {} : { ESPALIER_DEVICES: flags.devices }),
  };
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name = ''], message }) => {
      const variable = String(name);
      return `${variable} is \`${given[variable] ?? ''}\`: ${message}. Correct it or unset it`;
    });
    throw new ConfigError(problems.join('\n'));
  }
  const read = parsed.data;
  return {
    home: path.resolve(read.ESPALIER_HOME ?? '.espalier'),
    cache: path.resolve(read.ESPALIER_CACHE ?? path.join(read.XDG_CACHE_HOME ?? userCache(), 'espalier')),
    backend: read.ESPALIER_BACKEND,
    slots: read.ESPALIER_SLOTS ?? availableParallelism(),
    devices: read.ESPALIER_DEVICES ?? [],
    deviceLocks: path.resolve(
      read.ESPALIER_DEVICE_LOCKS ?? path.join(tmpdir(), `espalier-devices-${process.getuid?.() ?? 'user'}`),
    ),
    deviceProbe: read.ESPALIER_DEVICE_PROBE,
    checkpointSeconds: read.ESPALIER_CHECKPOINT_SECONDS,
    color: read.NO_COLOR === undefined,
    temporal: {
      address: read.TEMPORAL_ADDRESS,
      configFile: read.TEMPORAL_CONFIG_FILE,
      profile: read.TEMPORAL_PROFILE,
    },
  };
}

/** Variables of the environment by name, for programs that a cell starts; those that are not set are left out. */
export function readVariables(names: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function userCache(): string {
  return process.platform === 'darwin' ? path.join(homedir(), 'Library', 'Caches') : path.join(homedir(), '.cache');
}
