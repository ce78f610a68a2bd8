/** How a run stands now, read from its log. */
import type { RunState } from '../../schemas/run.ts';
import type { RunStore } from '../../store/store.ts';
import { isGone } from '../../store/process-life.ts';
import { type RunView, createRunView } from './run-view.ts';

export async function readRunView(store: RunStore, run: string, cells: number): Promise<RunView> {
  const view = createRunView(cells);
  view.apply((await store.events(run)).events);
  return view;
}

/**
 * A run that has not ended and that no living process is at is shown as interrupted. `served`: an `espalier up` of this
 * home is at all of them.
 */
export async function shownState(
  store: RunStore,
  { run, view, served }: { readonly run: string; readonly view: RunView; readonly served: boolean },
): Promise<RunState | 'interrupted' | 'new'> {
  const state = view.state();
  if (state === undefined) return 'new';
  if (served || (state !== 'running' && state !== 'paused')) return state;
  return (await isAbandoned(store, run)) ? 'interrupted' : state;
}

/** Every process that was at the run is gone; `besides` does not count. */
export async function isAbandoned(store: RunStore, run: string, besides?: number): Promise<boolean> {
  const { events } = await store.events(run);
  const starts = events.flatMap(event => (event.event === 'run-started' ? [event.process] : []));
  return starts.filter(({ pid }) => pid !== besides).every(isGone);
}
