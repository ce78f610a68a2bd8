/** The disk or the clock of single processes, made to fail by `failing-process.mjs` within them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { homeOf } from '../../worker/home.ts';

export interface ProcessFaults {
  /** Each write into the store fails with EIO. */
  readonly broken: boolean;
  /** When its calendar was set, and by how much it has been off since. */
  readonly jumps: readonly { readonly at: number; readonly milliseconds: number }[];
}

/** For every process of a home whose disk and clock are to fail when told. */
export function failingEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: `--import=${new URL('failing-process.mjs', import.meta.url).href}`,
    ESPALIER_STRESS_FAULTS: faultsFolder(home),
    ESPALIER_STRESS_STORE: homeOf(home).store,
  };
}

/** The disk of that process is broken, or whole again. */
export function breakDisk(home: string, pid: number, broken: boolean): void {
  writeFaults(home, pid, { ...faultsOf(home, pid), broken });
}

export function setClock(home: string, pid: number, milliseconds: number): void {
  const before = faultsOf(home, pid);
  writeFaults(home, pid, { ...before, jumps: [...before.jumps, { at: Date.now(), milliseconds }] });
}

export function faultsOf(home: string, pid: number): ProcessFaults {
  try {
    return JSON.parse(readFileSync(fileOf(home, pid), 'utf8')) as ProcessFaults;
  } catch {
    return { broken: false, jumps: [] };
  }
}

function writeFaults(home: string, pid: number, faults: ProcessFaults): void {
  mkdirSync(faultsFolder(home), { recursive: true });
  writeFileSync(fileOf(home, pid), JSON.stringify(faults));
}

function faultsFolder(home: string): string {
  return path.join(home, 'faults');
}

function fileOf(home: string, pid: number): string {
  return path.join(faultsFolder(home), `${pid}.json`);
}
