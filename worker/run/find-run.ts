/** A run by the name that a person typed; the latest without one. */
import { nearestName } from '../../planner/nearest-name.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { RunStore } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';

export async function findRun(store: RunStore, name: string | undefined): Promise<RunRecord> {
  const runs = await store.runs();
  const found = name === undefined ? runs.at(-1) : runs.find(each => each.run === name);
  if (found !== undefined) return found;
  if (name === undefined) throw new UsageError('there is no run yet. Run a study first: espalier run STUDY');
  const nearest = nearestName(
    name,
    runs.map(each => each.run),
  );
  throw new UsageError(
    `there is no run \`${name}\`.${nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`} \`espalier ls\` lists them`,
  );
}
