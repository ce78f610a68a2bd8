/** Where a hostile case is played: a folder with a study and files beside it, and a home that may hold finished runs. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { CellKey, Digest } from '../../../../schemas/identity.ts';
import { cellName } from '../../../../schemas/plan.ts';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { type Layout, layoutOf } from '../../../../store/folder/layout.ts';
import { noteStart } from '../../../../worker/run/begin-run.ts';
import { homeOf } from '../../../../worker/home.ts';
import { attemptAll, dependencies, newRun, planOf } from '../../../activities/rig.ts';
import { temporaryFolder } from '../../server/rig.ts';

export interface Place {
  readonly folder: string;
  readonly study: string;
  readonly home: string;
  /** Of the home's store. */
  readonly layout: Layout;
  /** What the finished run in the home made; the same in every copy of it. */
  readonly made: FinishedRun;
}

export interface FinishedRun {
  readonly run: string;
  readonly plan: Digest;
  readonly key: CellKey;
  readonly output: Digest;
}

export interface HostileCase {
  readonly name: string;
  /** Text or bytes of study.yaml; a sound study without it. */
  readonly study?: string | Uint8Array;
  /** The home holds a finished run of the sound study. */
  readonly used?: boolean;
  /** Does the harm. */
  readonly prepare?: (place: Place) => void;
  readonly words: (place: Place) => readonly string[];
  readonly code: 1 | 2 | 3;
  /** All of these are said. */
  readonly says: readonly string[];
  /** Files that may come or change, by their beginning, where the message says so. */
  readonly mayWrite?: readonly string[];
  /** Needs a process of its own: what the flags' parser, signals or the way it was started decide. */
  readonly built?: boolean;
}

const soundStudy = `
study: sound
axes: { i: { count: 2 } }
steps:
  part: { use: no-op, over: [i], with: { bytes: 3 } }
  join: { use: no-op, over: [], in: { parts: part } }
`;

/** A home in which the sound study has run to its end; copied for each case that needs one. */
export async function finishedHome(): Promise<{ readonly home: string; readonly made: FinishedRun }> {
  const home = path.join(temporaryFolder(), 'home');
  mkdirSync(home);
  const store = await openFolderStore(homeOf(home).store);
  const plan = planOf(soundStudy);
  const { run, plan: digest } = await newRun(store, plan);
  await noteStart(store, run);
  await attemptAll(dependencies(store), run, plan);
  const at = () => new Date().toISOString();
  await store.appendEvents(run, [
    ...plan.cellList.map(({ index }) => ({
      event: 'cell-ended' as const,
      at: at(),
      cell: index,
      state: 'done' as const,
    })),
    { event: 'run-ended', at: at(), state: 'done' },
  ]);
  const { key } = plan.cellList.find(cell => cellName(cell.step, cell.at) === 'part[i=0]')!;
  const output = (await store.record(key))!.outputs['out']!.digest;
  return { home, made: { run, plan: digest as Digest, key, output } };
}

export function placeFor(
  { study, used, prepare }: HostileCase,
  finished: Awaited<ReturnType<typeof finishedHome>>,
): Place {
  const folder = temporaryFolder();
  const home = path.join(folder, 'home');
  const place = {
    folder,
    home,
    study: path.join(folder, 'study.yaml'),
    layout: layoutOf(homeOf(home).store),
    made: finished.made,
  };
  writeFileSync(place.study, study ?? soundStudy);
  if (used === true) cpSync(finished.home, home, { recursive: true });
  prepare?.(place);
  return place;
}

/** Every file below a folder with what it holds, so that two listings are equal only if nothing was written. */
export function listing(folder: string, mayWrite: readonly string[] = []): string[] {
  const lines: string[] = [];
  const walk = (at: string) => {
    for (const name of readdirSync(path.join(folder, at)).sort()) {
      const file = path.join(at, name);
      if (mayWrite.some(allowed => file.startsWith(allowed))) continue;
      const stat = lstatSync(path.join(folder, file));
      if (stat.isDirectory()) {
        lines.push(`${file}/`);
        walk(file);
      } else if (stat.isSymbolicLink()) lines.push(`${file} -> ${readlinkSync(path.join(folder, file))}`);
      else lines.push(`${file} ${stat.isFile() ? digestOf(path.join(folder, file)) : 'special'}`);
    }
  };
  if (existsSync(folder)) walk('');
  return lines;
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}
