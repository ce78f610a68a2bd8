/** Runs for tests of pages: a record for every cell that came to an end, and a log that tells how. */
import type { CellRecord, Environment } from '../../../schemas/cell-record.ts';
import type { FailureClass } from '../../../schemas/failure.ts';
import { type Digest, digestOf } from '../../../schemas/identity.ts';
import { type PlanCell, cellName } from '../../../schemas/plan.ts';
import { rangesOf } from '../../../schemas/ranges.ts';
import type { CellState, RunEvent, RunRecord, RunState } from '../../../schemas/run.ts';
import { type RunView, createRunView } from '../../../worker/run/run-view.ts';
import type { SketchedPlan } from './plan-sketch.ts';

/** How a cell ended; without a word it is `done`. */
export interface CellEnd {
  readonly state: CellState;
  readonly reason?: string;
  readonly class?: FailureClass;
  readonly verdict?: string;
  /** Attempts that failed before the end. */
  readonly attempts?: number;
}

export interface SketchedRun {
  readonly run: RunRecord;
  readonly view: RunView;
  readonly recordOf: (key: string) => CellRecord | undefined;
}

const started = Date.UTC(2026, 0, 14, 22, 3, 20);

function at(second: number): string {
  return new Date(started + second * 1000).toISOString();
}

export function runOf(
  { head, cells }: SketchedPlan,
  options: {
    readonly file: string;
    readonly state: RunState;
    readonly endOf: (cell: PlanCell) => CellEnd | undefined;
    readonly secondsOf: (cell: PlanCell) => number;
    readonly environmentOf: (cell: PlanCell) => Environment;
  },
): SketchedRun {
  const run = `${head.study}-7`;
  const view = createRunView(cells.length);
  const ends = cells.map(cell => options.endOf(cell) ?? { state: 'done' as const });
  view.apply([...logOf(cells, ends, options)]);
  const records = new Map<string, CellRecord>(
    cells.flatMap((cell, index) => {
      const { state } = ends[index]!;
      if (state !== 'done' && state !== 'cached') return [];
      const own = state === 'done' ? run : `${head.study}-6`;
      return [[cell.key, recordOf(cell, cells, { ...options, run: own })]];
    }),
  );
  return {
    run: {
      format: 1,
      run,
      study: head.study,
      file: options.file,
      plan: digestOf(`plan of ${run}`),
      gates: Object.fromEntries(head.gates.map(({ name, registered }) => [name, registered])),
      created: at(-4),
      espalier: '0.1.0',
    },
    view,
    recordOf: key => records.get(key),
  };
}

function* logOf(
  cells: readonly PlanCell[],
  ends: readonly CellEnd[],
  { state, secondsOf }: { readonly state: RunState; readonly secondsOf: (cell: PlanCell) => number },
): Generator<RunEvent> {
  yield { event: 'run-started', at: at(0), process: { host: 'lab-2', pid: 4711 } };
  const cached = cells.filter(({ index }) => ends[index]!.state === 'cached').map(({ index }) => index);
  if (cached.length > 0) yield { event: 'cells-cached', at: at(1), ranges: rangesOf(cached) };
  let second = 2;
  for (const cell of cells) {
    const { attempts = 0, ...end } = ends[cell.index]!;
    if (end.state === 'cached') continue;
    const seconds = secondsOf(cell);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      yield { event: 'cell-started', at: at(second), cell: cell.index, attempt };
      const { class: failure = 'preempted', reason = 'SIGTERM' } = end;
      yield { event: 'cell-attempt-failed', at: at(second + 1), cell: cell.index, class: failure, message: reason };
    }
    second += end.state === 'done' ? seconds / 2 : 0;
    const work = end.state === 'done' ? { seconds } : {};
    yield { event: 'cell-ended', at: at(second), cell: cell.index, ...end, ...work };
  }
  yield { event: 'run-ended', at: at(second + 1), state };
}

function recordOf(
  cell: PlanCell,
  cells: readonly PlanCell[],
  options: {
    readonly run: string;
    readonly secondsOf: (cell: PlanCell) => number;
    readonly environmentOf: (cell: PlanCell) => Environment;
  },
): CellRecord {
  const name = cellName(cell.step, cell.at);
  const inputs = Object.entries(cell.inputs).map(([port, { axes, parts }]) => [
    port,
    {
      axes,
      parts: parts.map(part => {
        const { at: place, key, output } = part;
        return { at: place, key, output, digest: digestAt(key, output) };
      }),
      missing: [],
    },
  ]);
  const read = cells.flatMap(({ inputs: other }) => Object.values(other).flatMap(({ parts }) => parts));
  const outputs = new Set(read.filter(({ key }) => key === cell.key).map(({ output }) => output));
  return {
    format: 1,
    key: cell.key,
    content_key: cell.key,
    name,
    step: cell.step,
    at: cell.at,
    use: cell.use,
    version: cell.version,
    with: cell.with,
    seeds: cell.seeds,
    keep: cell.keep,
    files: {},
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(
      [...(outputs.size > 0 ? outputs : ['out'])].map(output => [output, artifactOf(cell.key, output)]),
    ),
    run: options.run,
    started: at(10 + cell.index),
    seconds: options.secondsOf(cell),
    attempts: [],
    resumed_at: [],
    environment: options.environmentOf(cell),
    notes: {},
    partial: false,
  };
}

function digestAt(key: string, output: string): Digest {
  return digestOf(`${output} of ${key}`);
}

function artifactOf(key: string, output: string) {
  const isWeights = /^(model|adapter)$/.test(output);
  return {
    kind: isWeights ? 'weights' : 'table',
    digest: digestAt(key, output),
    bytes: isWeights ? 174_592 : 2_310,
  } as const;
}
