/** Unfinished work kept across attempts, and the moment at which it hears that it should stop. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { CellKey } from '../schemas/identity.ts';
import { type Weights, decodeWeights, encodeWeights } from '../store/safetensors/weights.ts';
import type { Fence, WorkStore } from '../store/store.ts';
import { CellFailure } from './cell-failure.ts';
import type { Checkpointing } from './step-body.ts';

export interface WorkState {
  readonly checkpoint: Checkpointing;
  /** Lets messages in; throws `preempted` when the cell was told to stop and has saved what it had. */
  readonly breathe: () => Promise<void>;
  /** Seconds that earlier attempts had put into the checkpoint this one went on from. */
  readonly secondsBefore: () => number;
  readonly resumedAt: () => readonly number[];
  /** True where the checkpoint that was there is not what had been saved: work began again without it. */
  readonly foundDamaged: () => boolean;
  /** The step of the newest checkpoint, this attempt's or an earlier one's. */
  readonly savedAt: () => number | undefined;
}

export interface CheckpointOptions {
  readonly signal: AbortSignal;
  readonly everySeconds: number;
  /** Of the lease under which the work is done. */
  readonly fence?: Fence | undefined;
}

/** Kept beside the step's own metadata, under a name of our own. */
const bookKey = 'espalier_checkpoint';
const bookSchema = z.strictObject({ step: z.int().nonnegative(), seconds: z.number(), resumed_at: z.array(z.int()) });

/** The event loop is let in this often: seldom enough to cost nothing, often enough to be told to stop in time. */
const breathMilliseconds = 25;

export function createCheckpointing(
  store: WorkStore,
  key: CellKey,
  { signal, everySeconds, fence }: CheckpointOptions,
): WorkState {
  const begun = performance.now();
  let lastSave = begun;
  let lastBreath = begun;
  let secondsBefore = 0;
  let resumedAt: readonly number[] = [];
  let saves = false;
  let savedAt: number | undefined;
  let savedAfterStop = false;
  let damaged = false;

  const load = async (): Promise<Weights | undefined> => {
    saves = true;
    const sealed = await store.checkpoint(key);
    if (sealed === undefined) return undefined;
    const bytes = unseal(sealed);
    damaged = bytes === undefined;
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
    const seconds = secondsBefore + (performance.now() - begun) / 1000;
    const book = JSON.stringify({ step, seconds, resumed_at: resumedAt });
    const metadata = { ...state.metadata, [bookKey]: book };
    await store.saveCheckpoint(key, seal(encodeWeights({ tensors: state.tensors, metadata })), fence);
    lastSave = performance.now();
    savedAt = step;
    savedAfterStop ||= stopping;
  };
  const due = () => (signal.aborted && !savedAfterStop) || performance.now() - lastSave >= everySeconds * 1000;
  const breathe = async () => {
    if (performance.now() - lastBreath >= breathMilliseconds || signal.aborted) {
      await setImmediate();
      lastBreath = performance.now();
    }
    if (signal.aborted && (!saves || savedAfterStop)) throw new CellFailure('preempted', 'it was told to stop');
  };
  return {
    checkpoint: { load, due, save },
    breathe,
    secondsBefore: () => secondsBefore,
    resumedAt: () => resumedAt,
    foundDamaged: () => damaged,
    savedAt: () => savedAt,
  };
}

/** Bytes of a SHA-256. */
const sealLength = 32;

/** A checkpoint has no digest for a name, as blobs have: its SHA-256 stands before it. */
function seal(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([createHash('sha256').update(bytes).digest(), bytes]);
}

/** Nothing where the bytes are not those that were sealed: cut off, or changed on disk. */
export function unseal(sealed: Uint8Array): Uint8Array | undefined {
  const bytes = sealed.subarray(sealLength);
  const digest = createHash('sha256').update(bytes).digest();
  return digest.equals(sealed.subarray(0, sealLength)) ? bytes : undefined;
}
