/** From keys to bytes: finds the records of a cell's inputs, and the content key they give. */
import { type CellKey, contentKey } from '../schemas/identity.ts';
import type { PlanCell, PlanInput, PlanPart } from '../schemas/plan.ts';
import { recipeOf } from '../schemas/recipe.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Store } from '../store/store.ts';
import { type CellEnd, describeEnd } from './cell-end.ts';
import { CellFailure } from './cell-failure.ts';
import { endedCells } from './ended-cells.ts';
import type { ResolvedInput, ResolvedInputs, ResolvedPart } from './compute.ts';

export interface Resolution {
  readonly inputs: ResolvedInputs;
  readonly contentKey: CellKey;
  /** Parts are missing here or were further up: the result answers for this run alone. */
  readonly partial: boolean;
}

/** Inputs that had been made and are gone from the store, or not what they were: they must be made again first. */
export class LostInputs extends CellFailure {
  readonly parts: readonly PlanPart[];

  constructor(parts: readonly PlanPart[]) {
    const [first] = parts;
    super('infrastructure', `the result of cell ${first?.key.slice(0, 12)} is gone from the store, or was corrupt`);
    this.parts = parts;
  }
}

/** A `LostInputs` where parts are gone that had been there; a `CellFailure` where a quorum cannot be met. */
export async function resolveInputs(store: Store, run: string, cell: PlanCell, kind: StepKind): Promise<Resolution> {
  const resolved = await Promise.all(
    Object.entries(cell.inputs).map(async ([port, input]) => ({ port, ...(await resolveInput(store, run, input)) })),
  );
  const lost = resolved.flatMap(({ gone }) => gone);
  if (lost.length > 0) throw new LostInputs(lost);
  for (const { port, found } of resolved) {
    const quorum = cell.inputs[port]?.quorum ?? 0;
    if (found.parts.length < quorum) {
      const first = found.missing[0];
      throw new CellFailure(
        'infrastructure',
        `port \`${port}\` has ${found.parts.length} of the ${quorum} inputs it needs; missing ${first?.key.slice(0, 12)}: ${first?.reason}`,
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
): Promise<{ found: ResolvedInput; partial: boolean; gone: readonly PlanPart[] }> {
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
  const ends = lost.length === 0 ? new Map<number, CellEnd>() : await endedCells(store, run);
  const endOf = ({ cell }: PlanPart): CellEnd => ends.get(cell) ?? { state: 'waiting' };
  missing.push(...lost.map(part => ({ at: part.at, key: part.key, reason: describeEnd(endOf(part)) })));
  const gone = lost.filter(part => ['done', 'cached'].includes(endOf(part).state));
  return { found: { axes: input.axes, parts, missing }, partial, gone };
}
