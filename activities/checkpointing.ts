/** Unfinished work kept across attempts, and the moment at which it hears that it should stop. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { CellKey } from '../schemas/identity.ts';
import { type Weights, decodeWeights, encodeWeights } from '../store/safetensors/weights.ts';
import type { WorkStore } from '../store/store.ts';
import { CellFailure } from './cell-failure.ts';
import type { Checkpointing } from './step-body.ts';

export interface WorkState {
  readonly checkpoint: Checkpointing;
  /** Lets messages in; throws `preempted` when the cell was told to stop and has saved what it had. */
  readonly breathe: () => Promise<void>;
  /** Seconds that earlier attempts had put into the checkpoint this one went on from. */
  readonly secondsBefore: () => number;
  readonly resumedAt: () => readonly number[];
  /** The step of the newest checkpoint, this attempt's or an earlier one's. */
  readonly savedAt: () => number | undefined;
}

export interface CheckpointOptions {
  readonly signal: AbortSignal;
  readonly everySeconds: number;
}

/** Kept beside the step's own metadata, under a name of our own. */
const bookKey = 'espalier_checkpoint';
const bookSchema = z.strictObject({ step: z.int().nonnegative(), seconds: z.number(), resumed_at: z.array(z.int()) });

/** The event loop is let in this often: seldom enough to cost nothing, often enough to be told to stop in time. */
const breathMilliseconds = 25;

export function createCheckpointing(
  store: WorkStore,
  key: CellKey,
  { signal, everySeconds }: CheckpointOptions,
): WorkState {
  const begun = Date.now();
  let lastSave = begun;
  let lastBreath = begun;
  let secondsBefore = 0;
  let resumedAt: readonly number[] = [];
  let saves = false;
  let savedAt: number | undefined;
  let savedAfterStop = false;

  const load = async (): Promise<Weights | undefined> => {
    saves = true;
    const bytes = await store.checkpoint(key);
    if (bytes === undefined) return undefined;
    const { tensors, metadata } = decodeWeights(bytes);
    const { [bookKey]: book = '', ...own } = metadata;
    const { step, seconds, resumed_at: earlier } = bookSchema.parse(JSON.parse(book));
    secondsBefore = seconds;
    savedAt = step;
    resumedAt = [...earlier, step];
    return { tensors, metadata: own };
  };
  const save = async (state: Weights, step: number) => {
    const stopping = signal.aborted;
    const seconds = secondsBefore + (Date.now() - begun) / 1000;
    const book = JSON.stringify({ step, seconds, resumed_at: resumedAt });
    await store.saveCheckpoint(
      key,
      encodeWeights({ tensors: state.tensors, metadata: { ...state.metadata, [bookKey]: book } }),
    );
    lastSave = Date.now();
    savedAt = step;
    savedAfterStop ||= stopping;
  };
  const due = () => (signal.aborted && !savedAfterStop) || Date.now() - lastSave >= everySeconds * 1000;
  const breathe = async () => {
    if (Date.now() - lastBreath >= breathMilliseconds || signal.aborted) {
      await setImmediate();
      lastBreath = Date.now();
    }
    if (signal.aborted && (!saves || savedAfterStop)) throw new CellFailure('preempted', 'it was told to stop');
  };
  return {
    checkpoint: { load, due, save },
    breathe,
    secondsBefore: () => secondsBefore,
    resumedAt: () => resumedAt,
    savedAt: () => savedAt,
  };
}
