/**
 * The work folder of a trainer's cell: what one attempt leaves to the next. Before an attempt begins, a trainer that an
 * earlier one left running is looked for and ended: two would write one checkpoint and share one device.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { endGroup } from '../../store/process-group.ts';
import type { OutsideWork } from '../step-body.ts';

const bookSchema = z.strictObject({
  /** Attempts so far, the one under way included. */
  attempts: z.int().nonnegative(),
  /** Seconds of the attempts that ended, as far as they could say so. */
  seconds: z.number().nonnegative(),
  resumed_at: z.array(z.int().nonnegative()),
  /** Leader of the group that works at the cell now, or did when its compute process died. */
  trainer: processMarkSchema.optional(),
});
type Book = z.output<typeof bookSchema>;

export interface TrainerWork {
  /** 1 for the first. */
  readonly attempt: number;
  /** Of the attempts before this one. */
  readonly secondsBefore: number;
  /** Steps at which work was taken up again, in this attempt too. */
  readonly resumedAt: () => readonly number[];
  readonly folders: TrainerFolders;
  /** What became of a trainer that was left running, for the record; undefined where there was none. */
  readonly orphan: string | undefined;
  readonly noteTrainer: (leader: ProcessMark) => void;
  readonly noteResumed: (step: number) => void;
  /** Of an attempt that ends without a result: its seconds count, no trainer is left, its inputs are needed no more. */
  readonly endInVain: (seconds: number) => Promise<void>;
}

export interface TrainerFolders {
  /** Made anew for every attempt. */
  readonly code: string;
  readonly inputs: string;
  readonly outputs: string;
  /** Kept across attempts. */
  readonly checkpoints: string;
  readonly config: string;
}

/** Opens the folder for an attempt, once nothing of an earlier one is left running. */
export async function openTrainerWork({ workFolder, graceMilliseconds }: OutsideWork): Promise<TrainerWork> {
  const root = await workFolder();
  const file = path.join(root, 'attempts.json');
  const before = readBook(file);
  const orphan = await endOrphan(before, graceMilliseconds);
  let book: Book = { attempts: before.attempts + 1, seconds: before.seconds, resumed_at: before.resumed_at };
  // A worker that slept longer than its lease wakes up beside its successor, whose book this is then.
  const isOurs = () => readBook(file).attempts === book.attempts;
  const change = (to: Book) => {
    if (!isOurs()) return;
    book = to;
    writeBook(file, to);
  };
  writeBook(file, book);
  const folders = await freshFolders(root);
  return {
    attempt: book.attempts,
    secondsBefore: before.seconds,
    resumedAt: () => book.resumed_at,
    folders,
    orphan,
    noteTrainer: trainer => change({ ...book, trainer }),
    noteResumed: step => change({ ...book, resumed_at: [...book.resumed_at, step] }),
    endInVain: async seconds => {
      const { trainer: _, ...rest } = book;
      change({ ...rest, seconds: rest.seconds + seconds });
      // Copies of weights: the next attempt makes its own, and there may be none.
      if (isOurs()) await rm(folders.inputs, { recursive: true, force: true });
    },
  };
}

async function freshFolders(root: string): Promise<TrainerFolders> {
  const at = (name: string) => path.join(root, name);
  const folders = { code: at('code'), inputs: at('inputs'), outputs: at('outputs'), checkpoints: at('checkpoints') };
  for (const folder of [folders.code, folders.inputs, folders.outputs]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  }
  await mkdir(folders.checkpoints, { recursive: true });
  return { ...folders, config: at('config.json') };
}

async function endOrphan({ trainer }: Book, graceMilliseconds: number): Promise<string | undefined> {
  if (trainer === undefined) return undefined;
  const { was } = await endGroup(trainer, graceMilliseconds);
  switch (was) {
    case 'gone':
      return undefined;
    case 'elsewhere':
      return `an earlier trainer (host ${trainer.host}, process ${trainer.pid}) cannot be asked from here; its worker's lease had run out`;
    case 'ended':
    case 'killed':
      return `an earlier trainer (process ${trainer.pid}) had outlived its worker and was ${was}`;
    default:
      return was satisfies never;
  }
}

/** Without one, or with one that a power cut tore, the attempts begin again; checkpoints are the trainer's own to check. */
function readBook(file: string): Book {
  try {
    return bookSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? noBook;
  } catch (error) {
    const isAbsentOrTorn =
      error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT');
    if (isAbsentOrTorn) return noBook;
    throw error;
  }
}

const noBook: Book = { attempts: 0, seconds: 0, resumed_at: [] };

/** At once: whoever dies right after starting a trainer must have said which. */
function writeBook(file: string, book: Book): void {
  writeFileSync(`${file}.new`, JSON.stringify(book));
  renameSync(`${file}.new`, file);
}
