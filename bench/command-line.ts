/** The built command line as a user starts it, for benchmarks that time the whole of it. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
export const program = path.join(root, 'dist', 'espalier.js');

export interface RunResult {
  readonly run: string;
  readonly state: string;
  readonly cells: number;
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly seconds: number;
}

/** A home of its own, removed at the end. */
export async function withHome(use: (home: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'espalier-bench-'));
  try {
    await use(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs `espalier … --json` to its end; a code other than 0 is an error unless `run` says so in its result. */
export async function espalier(home: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, '--home', home, '--json'], {
    cwd: root,
    maxBuffer: 1e9,
  });
  return JSON.parse(stdout);
}

/** Keeps server and worker up meanwhile; passes the server's address. */
export async function whileUp(home: string, use: (address: string) => Promise<void>): Promise<void> {
  const up = spawn(process.execPath, [program, 'up', '--json', '--home', home], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const isUp = new Promise<string>((resolve, reject) => {
    up.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      const address = /"address": "([^"]+)"/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    up.on('exit', code => reject(new Error(`espalier up ended with ${code}`)));
  });
  try {
    const address = await isUp;
    // The worker's first polls are on their way when it says that it is ready.
    await sleep(2000);
    await use(address);
  } finally {
    const gone = new Promise(resolve => up.on('exit', resolve));
    up.kill('SIGTERM');
    await gone;
  }
}
