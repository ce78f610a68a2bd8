/** Which branches go first: one of the widest fan-out, with everything it needs. */

export interface PilotCandidate {
  readonly id: number;
  readonly needs: readonly number[];
  /** What it consists of: branches of one shape do the same steps. */
  readonly shape: string;
  readonly heavy: boolean;
  readonly recorded: boolean;
  /** It may have to wait for a person, who may be away for days. */
  readonly waits: boolean;
}

/** A fan-out narrower than this is cheaper to run than to hold back. */
const narrowest = 3;

/**
 * The first branch of the widest group of like branches, and its ancestors. Nothing where all is recorded, where
 * there is only light work, where no group is wide enough, or where everything would wait with it for a person.
 */
export function pilotBranches(branches: readonly PilotCandidate[]): ReadonlySet<number> {
  const open = branches.filter(({ heavy, recorded }) => heavy && !recorded);
  const groups = new Map<string, PilotCandidate[]>();
  for (const branch of open) {
    const group = groups.get(branch.shape);
    if (group === undefined) groups.set(branch.shape, [branch]);
    else group.push(branch);
  }
  let widest: readonly PilotCandidate[] = [];
  for (const group of groups.values()) if (group.length > widest.length) widest = group;
  const first = widest.length < narrowest ? undefined : widest[0];
  const pilots = first === undefined ? new Set<number>() : withAncestors(first.id, branches);
  return branches.some(({ id, waits }) => waits && pilots.has(id)) ? new Set() : pilots;
}

function withAncestors(id: number, branches: readonly PilotCandidate[]): ReadonlySet<number> {
  const needs = new Map(branches.map(branch => [branch.id, branch.needs]));
  const found = new Set<number>();
  const queue = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(needs.get(next) ?? []));
  }
  return found;
}
