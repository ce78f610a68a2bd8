/**
 * What workflows and activities say to each other. Types alone, so that the workflow sandbox can see them; small by
 * design: keys, indices and states pass through Temporal, never artifacts.
 */
import type { FailureClass } from './failure.ts';

/** A run, and the plan it executes by digest. */
export interface RunReference {
  readonly run: string;
  readonly plan: string;
}

/** Whole numbers as inclusive ranges (schemas/ranges). */
export type NumberRanges = readonly (readonly [number, number])[];

/** The input of a run's workflow. */
export interface RunStudyInput extends RunReference {
  /** Of a run that goes on as a new execution, so that its history starts anew: where it stood. */
  readonly carried?: CarriedRun;
  readonly bounds?: CoordinatorBounds;
}

export interface CoordinatorBounds {
  /** Events of an execution's history, after which the run goes on as a new one. */
  readonly events: number;
  /** Seconds after which a branch that an earlier execution started, and that told nothing, is looked for. */
  readonly patience: number;
}

/** A run between two executions of its workflow. */
export interface CarriedRun {
  readonly marks: BranchMarks;
  /** Branches that have ended, those that were recorded included. */
  readonly ended: NumberRanges;
  /** Branches under way; they tell their end by a signal. */
  readonly running: readonly number[];
  readonly cells: Tally;
  readonly paused: boolean;
  readonly broken: boolean;
}

/** What a run found out about its branches when it was opened, by number. */
export interface BranchMarks {
  /** Every cell of these has its record: nothing to start. */
  readonly recorded: NumberRanges;
  /** These go first, with what they need, so that a broken last step shows itself before the fan-out. */
  readonly pilots: NumberRanges;
  /** These may wait for a person. */
  readonly waits: NumberRanges;
}

/** What the coordinator needs to know of a branch. */
export interface BranchOverview {
  readonly id: number;
  readonly needs: readonly number[];
  /** Every cell of it has its record: nothing to start. */
  readonly recorded: boolean;
  /** It goes first, with what it needs, so that a broken last step shows itself before the fan-out. */
  readonly pilot: boolean;
  /** It may have to wait for a person: then it takes no place from others. */
  readonly waits?: true;
}

export interface RunOverview {
  /** All branches, or the first of them: as many as one payload should hold. */
  readonly branches: readonly BranchOverview[];
  /** Where there are more: the first that is not listed, and the marks of all. */
  readonly rest?: { readonly from: number; readonly marks: BranchMarks };
  readonly cells: number;
  /** Cells whose records are there already. */
  readonly recorded: number;
}

/** Branches of a plan from a number on, as many as one payload should hold. */
export interface BranchPage {
  readonly branches: readonly { readonly id: number; readonly needs: NumberRanges }[];
  /** The first that is not listed, where there are more. */
  readonly next?: number;
}

export interface BranchPageInput extends RunReference {
  readonly from: number;
}

/** What a branch tells the run's workflow when another execution of it waits than the one that started the branch. */
export interface BranchEnd {
  readonly branch: number;
  readonly tally: Tally;
  /** Why it broke, where it did. */
  readonly failure?: string;
}

/** A cell as the frontier of its branch sees it: inputs from other branches are settled before the branch starts. */
export interface BranchCell {
  readonly id: number;
  readonly weight: 'light' | 'heavy';
  readonly needs: readonly { readonly of: readonly number[]; readonly quorum: number }[];
  readonly guards: readonly { readonly gate: number; readonly verdicts: readonly string[] }[];
  /** What persons must have approved before it starts, as far as they have not yet. */
  readonly approvals?: readonly CellApproval[];
}

/** A person's word that a cell waits for. */
export interface CellApproval {
  /** The step, or the gate as `gates.name`. */
  readonly name: string;
  /** A gate's consequence for the cell, which follows only when the person has spoken. */
  readonly gate?: {
    /** Its cell. */
    readonly cell: number;
    /** The cell is skipped where it is one of these. */
    readonly verdicts: readonly string[];
    /** Where the gate is in another branch, and so decided before this one starts. */
    readonly verdict?: string;
  };
}

/** What a person orders of a branch under way. `reason` says who and why, for the log. */
export type BranchOrder =
  | { readonly order: 'cancel'; readonly cell: number; readonly reason: string }
  | { readonly order: 'approve'; readonly name: string }
  | { readonly order: 'reject'; readonly name: string; readonly reason: string };

export interface BranchGraph {
  readonly cells: readonly BranchCell[];
  /** Cells that need no work: recorded, or ruled out by what happened in other branches. */
  readonly ended: readonly CellOutcome[];
}

/** How a cell ended, as far as scheduling is concerned. */
export interface CellOutcome {
  readonly cell: number;
  readonly state: 'cached' | 'done' | 'failed' | 'blocked' | 'skipped' | 'cancelled';
  /** A gate's. */
  readonly verdict?: string;
  readonly class?: FailureClass;
}

export interface BranchReference extends RunReference {
  readonly branch: number;
}

export interface RunCellsInput extends BranchReference {
  readonly cells: readonly number[];
}

/** Cells that will not run, for the event log: which, and because of which other cell, or of whose order. */
export interface NoteOutcomesInput extends BranchReference {
  readonly outcomes: readonly {
    readonly cell: number;
    readonly state: 'blocked' | 'skipped' | 'cancelled';
    readonly because?: number;
    readonly reason?: string;
  }[];
}

/** Cells that could start but for a person's word. */
export interface NoteAwaitedInput extends BranchReference {
  readonly awaited: readonly { readonly name: string; readonly cells: readonly number[] }[];
}

export interface EndRunInput extends RunReference {
  readonly state: 'done' | 'failed' | 'cancelled';
}

export interface NoteRunInput extends RunReference {
  readonly event: 'run-paused' | 'run-resumed' | { readonly branch: number; readonly message: string };
}

/** The activities of the engine, by name. `runCells` is served on two task queues: light cells, and heavy ones. */
export type Activities = {
  readonly openRun: (reference: RunReference) => Promise<RunOverview>;
  readonly listBranches: (input: BranchPageInput) => Promise<BranchPage>;
  readonly readBranch: (reference: BranchReference) => Promise<BranchGraph>;
  readonly runCells: (input: RunCellsInput) => Promise<CellOutcome[]>;
  readonly noteOutcomes: (input: NoteOutcomesInput) => Promise<void>;
  readonly noteAwaited: (input: NoteAwaitedInput) => Promise<void>;
  readonly noteRun: (input: NoteRunInput) => Promise<void>;
  readonly endRun: (input: EndRunInput) => Promise<void>;
};

/** Counts by how cells ended. */
export type Tally = { readonly [state in CellOutcome['state']]: number };

/** What the coordinator answers to the query `progress`. */
export interface RunProgress {
  readonly paused: boolean;
  readonly branches: { readonly total: number; readonly ended: number; readonly running: number };
  /** Cells of the branches that have ended; running branches answer for themselves. */
  readonly cells: Tally;
}
