/** What it takes to run the body of a cell, and what comes of it; inside the worker or in a compute process. */
import type { Artifact } from '../schemas/artifact.ts';
import type { Environment } from '../schemas/cell-record.ts';
import type { CellKey } from '../schemas/identity.ts';
import type { Json } from '../schemas/json.ts';
import type { AxisValue, Coordinates, PlanCell } from '../schemas/plan.ts';
import type { Fence } from '../store/store.ts';
import type { StepProgress } from './step-body.ts';

/** An input with the digests of what arrived. */
export interface ResolvedInput {
  readonly axes: readonly string[];
  readonly parts: readonly ResolvedPart[];
  /** Parts the plan asked for that are not there (a quorum let the cell run without them). */
  readonly missing: readonly { readonly at: readonly AxisValue[]; readonly key: CellKey; readonly reason: string }[];
}

export interface ResolvedPart {
  readonly at: readonly AxisValue[];
  readonly key: CellKey;
  readonly output: string;
  readonly artifact: Artifact;
  readonly where?: Coordinates;
}

export type ResolvedInputs = { readonly [port: string]: ResolvedInput };

/** A cell whose inputs exist. */
export interface CellTask {
  readonly run: string;
  readonly cell: PlanCell;
  readonly inputs: ResolvedInputs;
  /** Shown with everything that is written of the work: who has lost the lease writes nothing any more. */
  readonly fence?: Fence;
}

/** What a body gave, checked against its contract. Everything named here is in the store. */
export interface CellResult {
  readonly outputs: { readonly [port: string]: Artifact };
  readonly notes: { readonly [name: string]: Json };
  readonly backend?: NonNullable<Environment['backend']>;
  /** Seconds of work, the pieces before interruptions included. */
  readonly seconds: number;
  /** Steps at which interrupted work was taken up again. */
  readonly resumedAt: readonly number[];
}

/** How far a cell is, and the step from which a next attempt would go on: its newest checkpoint, where it has one. */
export interface CellProgress extends StepProgress {
  readonly checkpoint?: number;
}

export interface ExecutionHooks {
  /** Aborted when the cell should stop: it saves its state and ends as `preempted`. */
  readonly signal: AbortSignal;
  /** It has room, and begins. */
  readonly onBegin: () => void;
  readonly onProgress: (progress: CellProgress) => void;
}

/** Runs the body of a cell; what goes wrong is a `CellFailure`. */
export type ExecuteCell = (task: CellTask, hooks: ExecutionHooks) => Promise<CellResult>;
