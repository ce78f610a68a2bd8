/** All that a page of a run says, as plain data: what the page is made of, and what `--json` prints. */
import type { SectionBody } from '../../activities/report/report-body.ts';
import type { CellName } from '../../activities/report/report-rows.ts';
import type { GateOutcome } from '../../activities/report/gate-outcome.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import type { Json } from '../../schemas/json.ts';
import type { AxisValue } from '../../schemas/plan.ts';
import type { RunState } from '../../schemas/run.ts';
import type { LostWork } from '../run/lost-work.ts';
import type { Counts } from '../run/run-view.ts';
import type { StudyGraph } from './graph/study-graph.ts';

export interface PageModel {
  readonly format: 1;
  readonly title: string;
  readonly question?: string;
  readonly description?: string;
  readonly study: string;
  readonly run: string;
  /** The study's file as it was given. */
  readonly file: string;
  readonly espalier: string;
  /** Undefined where the run has not begun. */
  readonly state?: RunState;
  /** One sentence: how far it came, what failed, how its gates came out. */
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly started?: string;
  readonly ended?: string;
  /** When this page was made. */
  readonly made: string;
  /** From the start to the end, or until this page was made. */
  readonly seconds?: number;
  readonly counts: Counts;
  readonly graph: StudyGraph;
  readonly sections: readonly SectionBody[];
  /** Why there are no sections. */
  readonly withoutSections?: string;
  readonly gates: readonly RegisteredGate[];
  readonly ran: readonly StepTally[];
  readonly failures: readonly FailureGroup[];
  /** What failures cost, by class. */
  readonly lost: readonly LostWork[];
  /** Cells made by another recipe than the planned one, with how it differs. */
  readonly changed: readonly { readonly cell: CellName; readonly change: string }[];
  /** Bugs of the engine that took whole branches down. */
  readonly branchFailures: readonly string[];
  readonly params: { readonly [name: string]: Json };
  readonly axes: { readonly [axis: string]: readonly AxisValue[] };
  readonly seeds: readonly SeedValues[];
  readonly kinds: readonly { readonly use: string; readonly version: number }[];
  readonly sources: readonly { readonly path: string; readonly digest: string }[];
  /** Digest of the plan. */
  readonly plan: string;
  readonly environments: readonly EnvironmentTally[];
  /** What to mind when numbers of this run are compared, in sentences. */
  readonly warnings: readonly string[];
  readonly lineage: Lineage;
}

/** A gate with what the plan says of it. */
export interface RegisteredGate {
  readonly outcome: GateOutcome;
  /** What is measured: `icc of variance`. */
  readonly estimand: string;
  /** Digest of its specification, from before the run. */
  readonly registered: string;
  /** The gate's cell. */
  readonly cell: CellName;
  /** What its verdict led to: `removed skipped (20 cells)`. */
  readonly followed: readonly string[];
  /** Of a gate that a person had to approve: who did or did not, when and why. */
  readonly approval?: string;
}

/** How the cells of a step stand, with the seconds of work behind them. */
export interface StepTally {
  readonly step: string;
  readonly use: string;
  readonly axes: readonly string[];
  readonly cells: number;
  readonly states: Counts;
  /** Spent in this run. */
  readonly seconds: number;
  /** Spent in earlier runs on the cells that this one took from the store. */
  readonly saved: number;
}

/** Cells of one step that failed alike. */
export interface FailureGroup {
  readonly step: string;
  /** Undefined where the log names none. */
  readonly class?: FailureClass;
  readonly message: string;
  readonly cells: readonly CellName[];
  /** Attempts that failed, over all these cells. */
  readonly attempts: number;
  /** What waits for them in vain, by step. */
  readonly blocks: readonly { readonly step: string; readonly cells: number }[];
}

/** A named seed with its values, and the steps that draw exactly these; a seed may have several such entries. */
export interface SeedValues {
  readonly seed: string;
  readonly values: readonly number[];
  readonly steps: readonly string[];
}

/** Cells by where and with what they ran. */
export interface EnvironmentTally {
  readonly host: string;
  readonly platform: string;
  readonly node: string;
  readonly espalier: string;
  /** `native 4.22.0, graph`; undefined for cells that compute with no backend. */
  readonly backend?: string;
  readonly cells: number;
}

/** Where the numbers came from: the cells that sections and gates show. */
export interface Lineage {
  /** In full. */
  readonly entries: readonly LineageEntry[];
  /** What those were made from, and so on, as far as there is room; nearest first. */
  readonly ancestors: readonly LineageEntry[];
  /** By name and key. */
  readonly named: readonly CellName[];
  /** Not listed. */
  readonly omitted: number;
}

export interface LineageEntry {
  /** All names that the plan has for this piece of work. */
  readonly names: readonly string[];
  readonly record: CellRecord;
  /** Names of the cells that its inputs came from, by key. */
  readonly inputNames: { readonly [key: string]: string };
}
