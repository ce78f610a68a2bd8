/** TypeScript programs run as processes of their own: bundled first, since Node 20 does not run TypeScript. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const folder = fileURLToPath(new URL('folder/programs', import.meta.url));

/** Bundles `folder/programs/NAME.ts` into a folder; the path of the program. */
export function buildProgram(name: string, into: string): string {
  const outfile = path.join(into, `${name}.mjs`);
  buildSync({
    entryPoints: [path.join(folder, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return outfile;
}

export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when the process has printed this line. */
  readonly said: (line: string) => Promise<void>;
  /** Resolves when the process has ended, with what it printed and how it ended. */
  readonly ended: Promise<{ readonly lines: string[]; readonly code: number | null; readonly errors: string }>;
}

/** Starts a program; `limit` is a shell command run before it (`ulimit -f 64`). */
export function startProgram(program: string, args: readonly string[], limit = 'true'): Program {
  const child = spawn('bash', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, program, ...args]);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  child.stderr.on('data', (data: Buffer) => errors.push(data));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({
    // A killed process may leave its last line without an end: that line was not fully said.
    lines: Buffer.concat(output).toString().split('\n').slice(0, -1),
    code: typeof code === 'number' ? code : null,
    errors: Buffer.concat(errors).toString(),
  }));
  const said = async (line: string) => {
    const hasSaid = () => `\n${Buffer.concat(output).toString()}`.includes(`\n${line}\n`);
    while (!hasSaid()) await once(child.stdout, 'data');
  };
  return { child, said, ended };
}
