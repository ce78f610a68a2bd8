/** From keys to bytes: finds the records of a cell's inputs, and the content key they give. */
import { type CellKey, contentKey } from '../schemas/identity.ts';
import type { PlanCell, PlanInput, PlanPart } from '../schemas/plan.ts';
import { recipeOf } from '../schemas/recipe.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Store } from '../store/store.ts';
import { describeEnd } from './cell-end.ts';
import { CellFailure } from './cell-failure.ts';
import { endedCells } from './ended-cells.ts';
import type { ResolvedInput, ResolvedInputs, ResolvedPart } from './compute.ts';

export interface Resolution {
  readonly inputs: ResolvedInputs;
  readonly contentKey: CellKey;
  /** Parts are missing here or were further up: the result answers for this run alone. */
  readonly partial: boolean;
}

export async function resolveInputs(store: Store, run: string, cell: PlanCell, kind: StepKind): Promise<Resolution> {
  const resolved = await Promise.all(
    Object.entries(cell.inputs).map(async ([port, input]) => ({ port, ...(await resolveInput(store, run, input)) })),
  );
  for (const { port, found } of resolved) {
    const quorum = cell.inputs[port]?.quorum ?? 0;
    if (found.parts.length < quorum) {
      const lost = found.missing[0];
      throw new CellFailure(
        'infrastructure',
        `port \`${port}\` has ${found.parts.length} of the ${quorum} inputs it needs; missing ${lost?.key.slice(0, 12)}: ${lost?.reason}`,
      );
    }
  }
  const inputs = Object.fromEntries(resolved.map(({ port, found }) => [port, found]));
  const digests = new Map(
    resolved.flatMap(({ found }) => found.parts.map(part => [partName(part), part.artifact.digest])),
  );
  return {
    inputs,
    contentKey: contentKey(
      recipeOf(cell, kind, part => {
        const digest = digests.get(partName(part));
        return digest === undefined ? undefined : { id: digest };
      }),
    ),
    partial: resolved.some(({ found, partial }) => partial || found.missing.length > 0),
  };
}

function partName({ key, output }: Pick<PlanPart, 'key' | 'output'>): string {
  return `${key}/${output}`;
}

/** Enough look-ups at once to hide the latency of a disk, few enough not to exhaust file handles. */
const lookUpsAtOnce = 64;

async function resolveInput(
  store: Store,
  run: string,
  input: PlanInput,
): Promise<{ found: ResolvedInput; partial: boolean }> {
  const parts: ResolvedPart[] = [];
  const lost: PlanPart[] = [];
  const missing: ResolvedInput['missing'][number][] = [];
  let partial = false;
  for (let start = 0; start < input.parts.length; start += lookUpsAtOnce) {
    const some = input.parts.slice(start, start + lookUpsAtOnce);
    const records = await Promise.all(some.map(part => store.record(part.key, run)));
    for (const [index, part] of some.entries()) {
      const record = records[index];
      const artifact = record?.outputs[part.output];
      if (record === undefined) lost.push(part);
      else if (artifact === undefined) {
        missing.push({ at: part.at, key: part.key, reason: `its result has no output \`${part.output}\`` });
      } else {
        partial ||= record.partial;
        parts.push({
          at: part.at,
          key: part.key,
          output: part.output,
          artifact,
          ...(part.where ? { where: part.where } : {}),
        });
      }
    }
  }
  missing.push(...(await reasonsFor(store, run, lost)));
  return { found: { axes: input.axes, parts, missing }, partial };
}

/** Why cells have no result, by the run's log: it was told before anything that needs them could start. */
async function reasonsFor(
  store: Store,
  run: string,
  lost: readonly PlanPart[],
): Promise<ResolvedInput['missing'][number][]> {
  if (lost.length === 0) return [];
  const ends = await endedCells(store, run);
  return lost.map(({ at, key, cell }) => ({ at, key, reason: describeEnd(ends.get(cell) ?? { state: 'waiting' }) }));
}
