/** Models compared on the same prompts, each asked once: what makes their activations comparable. */
import { groupBy } from '../../stats/grouped-values.ts';
import { CellFailure } from '../cell-failure.ts';
import type { Activation, ActivationLayer } from './activation-layers.ts';
import { counted, listed } from './counted.ts';

/** A model of a layer, by the values of the axes that name it. */
export interface ModelActivations {
  readonly names: readonly string[];
  readonly name: string;
  readonly activations: readonly Activation[];
}

/**
 * The models of a layer, told apart by the first `axes.length` names of its activations. A `CellFailure` where a model
 * has two vectors of one prompt, or lacks a prompt that others have.
 */
export function modelsOf(
  { layer, activations }: ActivationLayer,
  axes: readonly string[],
  parameter: string,
): ModelActivations[] {
  const groups = groupBy(activations, ({ names }) => JSON.stringify(names.slice(0, axes.length)));
  const models = [...groups.values()].map(members => {
    const names = (members[0]?.names ?? []).slice(0, axes.length);
    return { names, name: modelName(axes, names), activations: members };
  });
  const prompts = new Set(activations.map(({ prompt }) => prompt));
  for (const model of models) requireEachPrompt(model, prompts, { layer, parameter });
  return models;
}

function requireEachPrompt(
  { name, activations }: ModelActivations,
  prompts: ReadonlySet<string>,
  { layer, parameter }: { readonly layer: number; readonly parameter: string },
): void {
  const seen = new Set<string>();
  for (const { prompt } of activations) {
    if (seen.has(prompt)) {
      throw new CellFailure(
        'user',
        `${name} has two vectors of the prompt \`${prompt}\` at layer ${layer}: name the axes that tell models apart in \`${parameter}\`, or fix the others with \`at:\``,
      );
    }
    seen.add(prompt);
  }
  const without = [...prompts].filter(prompt => !seen.has(prompt));
  if (without.length === 0) return;
  throw new CellFailure(
    'user',
    `${name} lacks ${counted(without.length, 'prompt')} at layer ${layer} that other models have (${listed(without)}): capture all models on the same prompts`,
  );
}

/** `condition=control, pipeline_seed=42`; `model` without axes. */
export function modelName(axes: readonly string[], names: readonly string[]): string {
  return axes.length === 0 ? 'model' : axes.map((axis, index) => `${axis}=${names[index] ?? ''}`).join(', ');
}
