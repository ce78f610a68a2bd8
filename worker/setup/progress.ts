/** How work that takes a while tells what it is doing, and how it is called off. */

/** One line for people; `topic` names what it is about (`temporal server`, `native backend`). */
export interface ProgressLine {
  readonly topic: string;
  readonly text: string;
}

export type Progress = (line: ProgressLine) => void;

export interface SetupOptions {
  readonly progress: Progress;
  /** Calls the work off: child processes are ended and nothing half-made is left. */
  readonly signal?: AbortSignal | undefined;
}
