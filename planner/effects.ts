/** What is said of steps (`at`, quorums, the `over` of a graph use) and must have an effect on at least one of them. */
import type { Axis } from './axis.ts';
import { overItem } from './axis-problems.ts';
import type { AtClause, FlatInput, FlatStep, Over, Quorum } from './flat-step.ts';
import { keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';

/** What has had an effect on some step so far; what never has is a mistake. */
export interface Effects {
  readonly clauses: Set<AtClause>;
  readonly quorums: Set<Quorum>;
  /** Axes that steps below a graph use's `over` have. */
  readonly bounds: Map<Over, Set<Axis>>;
}

/** Notes the axes that a step below a graph use has. */
export function noteBound(bound: Over, axes: readonly Axis[], { bounds }: Effects): void {
  bounds.set(bound, new Set([...(bounds.get(bound) ?? []), ...axes]));
}

/** What a step with problems says might have had an effect. */
export function excuse(step: FlatStep, inputs: readonly FlatInput[], { clauses, quorums, bounds }: Effects): void {
  for (const { source, quorum } of inputs) {
    for (const clause of source.at) clauses.add(clause);
    if (quorum !== undefined) quorums.add(quorum);
  }
  for (const bound of step.bounds) bounds.set(bound, new Set(bound.axes));
}

/** What was said of steps and had an effect on none of them. */
export function addIdle(
  clauses: ReadonlySet<AtClause>,
  quorums: ReadonlySet<Quorum>,
  effects: Effects,
  { list }: Planning,
): void {
  for (const clause of clauses) {
    if (effects.clauses.has(clause)) continue;
    const { name } = clause.axis;
    list.add({
      reason: 'idle-at',
      location: keyLocation(clause.place),
      message: clause.isOfInput
        ? `This input has no axis \`${name}\`, nor a column of that name.`
        : `No input here has the axis \`${name}\`, nor a column of that name.`,
      remedy: `Remove \`${name}\` from \`at\`, or take an input that varies with it.`,
    });
  }
  for (const quorum of quorums) {
    if (effects.quorums.has(quorum)) continue;
    list.add({
      reason: 'bad-quorum',
      location: keyLocation(quorum.place),
      message: 'Nothing is gathered here that a quorum could be of.',
      remedy: 'Remove `quorum:`, or leave an axis of the input out of `over`.',
    });
  }
  for (const [bound, axes] of effects.bounds) {
    for (const axis of bound.axes) {
      if (axes.has(axis)) continue;
      list.add({
        reason: 'idle-axis',
        location: valueLocation(overItem(bound, axis)),
        message: `No step of the graph has the axis \`${axis.name}\`.`,
        remedy: `Give the graph an input, a seed or a parameter that varies with \`${axis.name}\`, or remove it.`,
      });
    }
  }
}
