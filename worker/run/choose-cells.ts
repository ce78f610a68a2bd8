/** Which cells a rerun makes: the chosen ones, and what waited for them; what it leaves as it is; what it cannot make. */
import type { PlanCell } from '../../schemas/plan.ts';

export interface ChoiceOptions {
  /** All cells of the plan, each after those it needs. */
  readonly cells: readonly PlanCell[];
  /** By index: it has a result. */
  readonly recorded: readonly boolean[];
  readonly isChosen: (cell: PlanCell) => boolean;
}

export interface Choice {
  readonly made: readonly PlanCell[];
  /** Without a result, and staying so. */
  readonly left: readonly PlanCell[];
  /** Chosen, but an input has no result and is not chosen itself. */
  readonly stuck: readonly { readonly cell: PlanCell; readonly lacks: PlanCell | undefined }[];
}

/** A cell that was not chosen is made where it needs one that is, and nothing else keeps it (quorums counted). */
export function chooseCells({ cells, recorded, isChosen }: ChoiceOptions): Choice {
  const made = new Set<number>();
  const left: PlanCell[] = [];
  const stuck: { cell: PlanCell; lacks: PlanCell | undefined }[] = [];
  const isThere = (index: number) => recorded[index] === true || made.has(index);
  for (const cell of cells) {
    if (recorded[cell.index]) continue;
    const inputs = Object.values(cell.inputs);
    const short = inputs.find(({ parts, quorum }) => parts.filter(part => isThere(part.cell)).length < quorum);
    const chosen = isChosen(cell);
    const isBelow = inputs.some(({ parts }) => parts.some(part => made.has(part.cell)));
    if (short === undefined && (chosen || isBelow)) made.add(cell.index);
    else left.push(cell);
    const lacking = short?.parts.find(part => !isThere(part.cell));
    if (short !== undefined && chosen) stuck.push({ cell, lacks: lacking && cells[lacking.cell] });
  }
  return { made: cells.filter(({ index }) => made.has(index)), left, stuck };
}
