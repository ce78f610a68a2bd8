/** What the cells of drawn plans compute: text from texts, the same for the engine and for the reference. */
import type { PlanCell } from '../../../schemas/plan.ts';
import type { DrawnPlan, Fate } from './drawn-plan.ts';

/** The texts that arrived, by port and place. */
export type Arrived = readonly (readonly [port: string, parts: readonly (readonly [place: number, text: string])[]])[];

export interface Work {
  /** Equal for equal content. */
  readonly identity: string;
  readonly fate: Fate;
  /** What comes out, as canonical JSON, where it succeeds. */
  readonly text: string;
}

export function workOf({ fates }: Pick<DrawnPlan, 'fates'>, cell: PlanCell, arrived: Arrived): Work {
  const identity = JSON.stringify([cell.use, cell.with, arrived]);
  const hash = hashOf(identity);
  const fate = fates[hash % fates.length]!;
  const verdict = fate.fate === 'fails' ? 'fail' : fate.verdict;
  const value = cell.use === 'gate' ? { verdict } : { text: cell.with['constant'] === true ? 'same' : hash };
  return { identity, fate, text: JSON.stringify(value) };
}

/** FNV-1a over UTF-16 units: any spread will do. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
