/** `persona-axis`: see schemas/steps/persona-axis. */
import { personaAxis } from '../../schemas/steps/persona-axis.ts';
import type { Columns, Row } from '../../schemas/table-schema.ts';
import { randomDirections } from '../../stats/activation-axis.ts';
import { type ActivationLayers, activationMatrix, readActivations } from '../analysis/activation-layers.ts';
import { finiteOrNull } from '../analysis/estimate.ts';
import { type ModelActivations, modelsOf } from '../analysis/model-prompts.ts';
import { type AxisPosition, type PersonaAxis, personaAxisAt, positionOnAxis } from '../analysis/persona-axes.ts';
import { CellFailure } from '../cell-failure.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Axis = CellContext<typeof personaAxis>;

export const personaAxisBody = stepBody(personaAxis, async cell => {
  const { by, random_directions: count } = cell.with;
  const { columns } = personaAxis.out.projections;
  refuseClashes(by, columns);
  const toward = await readActivations({ port: 'toward', table: await cell.table('toward') }, []);
  const away = await readActivations({ port: 'away', table: await cell.table('away') }, []);
  const axes = by.map(column => ({ parameter: 'by', column }));
  const projected = await readActivations({ port: 'activations', table: await cell.table('activations') }, axes);
  requireSameWidth({ toward, away, activations: projected });

  const directions = randomDirections({ dimension: projected.width, count, seed: cell.seeds.directions });
  const rows: Row[] = [];
  for (const [index, layer] of projected.layers.entries()) {
    const axis = personaAxisAt({ toward, away }, layer.layer);
    for (const model of modelsOf(layer, by, 'by')) {
      const position = positionOnAxis(activationMatrix(model.activations, projected.width), axis, directions);
      rows.push(asRow(cell, { model, layer: layer.layer, axis, position }));
    }
    await cell.progress({ step: index + 1, steps: projected.layers.length });
  }
  const byColumns = Object.fromEntries(by.map(axis => [axis, 'category' as const]));
  return { outputs: { projections: await cell.writeTable({ ...byColumns, ...columns }, rows) } };
});

function asRow(
  { with: { by } }: Axis,
  of: {
    readonly model: ModelActivations;
    readonly layer: number;
    readonly axis: PersonaAxis;
    readonly position: AxisPosition;
  },
): Row {
  const { model, layer, axis, position } = of;
  return {
    ...Object.fromEntries(by.map((name, index) => [name, model.names[index] ?? ''])),
    model: model.name,
    layer,
    projection: finiteOrNull(position.projection),
    sd: finiteOrNull(position.sd),
    cosine: finiteOrNull(position.cosine),
    raw_cosine: finiteOrNull(position.rawCosine),
    null_projection: finiteOrNull(position.nullProjection),
    null_cosine: finiteOrNull(position.nullCosine),
    axis_length: finiteOrNull(axis.length),
    prompts: model.activations.length,
  };
}

function refuseClashes(by: readonly string[], columns: Columns): void {
  const clash = by.find((name, index) => columns[name] !== undefined || by.indexOf(name) !== index);
  if (clash === undefined) return;
  throw new CellFailure(
    'user',
    columns[clash] === undefined
      ? `\`by\` names \`${clash}\` twice`
      : `\`by: ${clash}\`: the projections have a column of that name already; rename the axis`,
  );
}

function requireSameWidth(ports: { readonly [port: string]: ActivationLayers }): void {
  const widths = Object.entries(ports).map(([port, { width }]) => ({ port, width }));
  if (new Set(widths.map(({ width }) => width)).size === 1) return;
  const found = widths.map(({ port, width }) => `${width} in \`${port}\``);
  throw new CellFailure(
    'user',
    `vectors differ in length (${found.join(', ')}): an axis holds for models of one width, so capture all three from models of one shape`,
  );
}
