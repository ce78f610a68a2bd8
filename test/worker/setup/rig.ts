/** What the tests of setup share: temporary folders, programs of their own on PATH, and progress that is kept. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { vi } from 'vitest';
import { type Config, readConfig } from '../../../worker/config.ts';
import type { ProgressLine } from '../../../worker/setup/progress.ts';

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-setup-'));
  folders.push(folder);
  return folder;
}

/** Restores PATH and removes what was made. */
export function cleanUp(): void {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A configuration whose home and cache are empty folders, and which names no server. */
export function temporaryConfig(): Config {
  const folder = temporaryFolder();
  return readConfig({}, { ESPALIER_HOME: path.join(folder, 'home'), ESPALIER_CACHE: path.join(folder, 'cache') });
}

/** Makes PATH a folder with these shell scripts and the few programs that scripts use; returns the folder. */
export function stubPath(programs: Readonly<Record<string, string>>): string {
  const folder = path.join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const [name, script] of Object.entries(programs)) writeProgram(path.join(folder, name), script);
  for (const name of ['cat', 'cp', 'mkdir', 'sleep', 'tar', 'gzip', 'echo', 'dirname', 'touch', 'rm']) {
    if (programs[name] === undefined) writeProgram(path.join(folder, name), `PATH=/bin:/usr/bin exec ${name} "$@"`);
  }
  vi.stubEnv('PATH', folder);
  return folder;
}

export function writeProgram(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** A progress function, and what it was told. */
export function keptProgress(): { progress: (line: ProgressLine) => void; texts: string[] } {
  const texts: string[] = [];
  return { progress: line => texts.push(line.text), texts };
}

/** Bundles a TypeScript program beside this file, to be run as a process of its own; returns its path. */
export async function bundleProgram(name: string): Promise<string> {
  const outfile = path.join(temporaryFolder(), `${name}.mjs`);
  const entry = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}
