/** Activations layer by layer: one vector per model and prompt, in an order that is not that of the rows. */
import type { Row } from '../../schemas/table-schema.ts';
import { type DenseMatrix, denseMatrix } from '../../stats/dense-matrix.ts';
import { compareText } from '../../stats/grouped-values.ts';
import { CellFailure } from '../cell-failure.ts';
import { nameInRow } from './name-in-row.ts';
import { compareNameLists } from './name-order.ts';
import { type NamedColumn, type PortTable, nameColumn } from './named-column.ts';

export interface Activation {
  /** Values of the columns asked for: what the vector belongs to beside its prompt. */
  readonly names: readonly string[];
  readonly prompt: string;
  readonly vector: Float32Array;
}

export interface ActivationLayer {
  readonly layer: number;
  /** Sorted by names, prompt and vector. */
  readonly activations: readonly Activation[];
}

export interface ActivationLayers {
  /** Numbers in a vector. */
  readonly width: number;
  /** Ascending. */
  readonly layers: readonly ActivationLayer[];
}

/** Reads all layers; `names` are the columns that say what a vector belongs to. */
export async function readActivations(source: PortTable, names: readonly NamedColumn[]): Promise<ActivationLayers> {
  for (const named of names) nameColumn(source, named);
  const columns = names.map(({ column }) => column);
  const wanted = [...new Set([...columns, 'prompt_id', 'layer', 'vector'])];
  const layers = new Map<number, Activation[]>();
  let number = -1;
  for await (const row of source.table.rowsOf({ columns: wanted })) {
    number += 1;
    const place = { port: source.port, row: number };
    const { layer, vector } = numbersIn(row, place);
    const activation = {
      names: columns.map(column => nameInRow(row, column, place)),
      prompt: nameInRow(row, 'prompt_id', place),
      vector: vector.slice(),
    };
    const members = layers.get(layer);
    if (members === undefined) layers.set(layer, [activation]);
    else members.push(activation);
  }
  const [first] = [...layers.values()].flat();
  if (first === undefined) throw new CellFailure('user', `the table at the port \`${source.port}\` has no rows`);
  return {
    width: first.vector.length,
    layers: [...layers]
      .map(([layer, activations]) => ({ layer, activations: activations.sort(compareActivations) }))
      .sort((a, b) => a.layer - b.layer),
  };
}

/** The vectors as rows of doubles. */
export function activationMatrix(activations: readonly Activation[], width: number): DenseMatrix {
  const matrix = denseMatrix(activations.length, width);
  activations.forEach(({ vector }, row) => matrix.values.set(vector, row * width));
  return matrix;
}

/** Vectors decide among rows of one name and prompt, so that sums over them have one rounding. */
function compareActivations(a: Activation, b: Activation): number {
  return compareNameLists(a.names, b.names) || compareText(a.prompt, b.prompt) || compareVectors(a.vector, b.vector);
}

function compareVectors(a: Float32Array, b: Float32Array): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function numbersIn(
  { layer, vector }: Row,
  { port, row }: { readonly port: string; readonly row: number },
): { readonly layer: number; readonly vector: Float32Array } {
  if (typeof layer === 'number' && vector instanceof Float32Array) return { layer, vector };
  throw new CellFailure(
    'user',
    `row ${row + 1} of the table at the port \`${port}\` lacks its \`layer\` or its \`vector\``,
  );
}
