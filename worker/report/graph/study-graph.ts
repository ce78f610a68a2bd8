/** The graph of a study as a page shows it: its steps with how their cells stand, and what leads to what. */
import type { Counts } from '../../run/run-view.ts';

export interface StudyGraph {
  readonly steps: readonly GraphStep[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphStep {
  /** Full name, graphs included: `retrain.em`. */
  readonly step: string;
  readonly use: string;
  readonly axes: readonly string[];
  readonly cells: number;
  readonly states: Counts;
  /** Of a gate: its verdict, where there is one. */
  readonly verdict?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `data`: an input. `gate`: its verdict may skip the step. */
  readonly kind: 'data' | 'gate';
}
