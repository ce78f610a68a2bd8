/** Cells that could start but for a person's word. Pure, like the frontier: it knows cells, names and decisions. */
import type { BranchCell, BranchOrder, CellApproval } from '../schemas/engine.ts';

/** A cell that will not run: ruled out by a person, or by a gate whose verdict a person has approved. */
export interface Refusal {
  readonly id: number;
  readonly state: 'skipped';
  /** The gate's cell. */
  readonly because?: number;
  readonly reason?: string;
}

export interface Approvals {
  /** Takes in cells that are ready; returns those that may start, and those that now end, with all held before. */
  readonly admit: (ready: readonly number[]) => { readonly start: number[]; readonly refused: Refusal[] };
  /** Takes a decision in; the first on a name counts. Returns what a rejection ends at once, ready or not. */
  readonly decide: (decision: Extract<BranchOrder, { readonly name: string }>) => Refusal[];
  /** Names waited for with the cells that wait, each pair told once. */
  readonly awaited: () => { readonly name: string; readonly cells: number[] }[];
  /** Forgets a cell that has ended otherwise. */
  readonly forget: (cell: number) => void;
  /** How many cells wait for nothing but a person. */
  readonly held: () => number;
}

/** `verdictOf` gives the verdict of a gate inside the branch, once it has one. */
export function createApprovals(
  cells: readonly BranchCell[],
  verdictOf: (gate: number) => string | undefined,
): Approvals {
  const approvals = new Map<number, readonly CellApproval[]>(
    cells.flatMap(cell => (cell.approvals === undefined ? [] : [[cell.id, cell.approvals] as const])),
  );
  const decided = new Set<string>();
  const held = new Set<number>();
  const told = new Set<string>();

  const open = (id: number) => (approvals.get(id) ?? []).filter(({ name }) => !decided.has(name));

  const admit = (ready: readonly number[]) => {
    const start = ready.filter(id => !approvals.has(id));
    const refused: Refusal[] = [];
    for (const id of ready) if (approvals.has(id)) held.add(id);
    for (const id of [...held].filter(each => open(each).length === 0)) {
      held.delete(id);
      const gate = (approvals.get(id) ?? []).find(({ gate: of }) => of !== undefined && rulesOut(of))?.gate;
      if (gate === undefined) start.push(id);
      else refused.push({ id, state: 'skipped', because: gate.cell });
    }
    return { start, refused };
  };
  const rulesOut = ({ cell, verdicts, verdict }: NonNullable<CellApproval['gate']>) => {
    const found = verdict ?? verdictOf(cell);
    return found !== undefined && verdicts.includes(found);
  };
  const decide: Approvals['decide'] = decision => {
    if (decided.has(decision.name)) return [];
    decided.add(decision.name);
    if (decision.order === 'approve') return [];
    const ended = [...approvals].filter(([, each]) => each.some(({ name }) => name === decision.name));
    return ended.map(([id]) => {
      held.delete(id);
      return { id, state: 'skipped', reason: decision.reason };
    });
  };
  const awaited = () => {
    const names = new Map<string, number[]>();
    for (const id of held) {
      for (const { name } of open(id)) {
        const pair = `${id} ${name}`;
        if (told.has(pair)) continue;
        told.add(pair);
        names.set(name, [...(names.get(name) ?? []), id]);
      }
    }
    return [...names].map(([name, waiting]) => ({ name, cells: waiting }));
  };
  return { admit, decide, awaited, forget: id => void held.delete(id), held: () => held.size };
}
