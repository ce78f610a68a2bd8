/** What arrives at the ports of a cell: single artifacts, gathered parts, rows of scattered tables. */
import { canonicalJson } from '../schemas/json.ts';
import type { Coordinates, PlanCell, PlanInput, PlanPart } from '../schemas/plan.ts';
import { type Axis, type Position, forEachPlace, placeNumber, valueAt } from './axis.ts';
import type { AtClause } from './flat-step.ts';
import { keyLocation, valueLocation } from './place.ts';
import type { ShapedInput, ShapedStep } from './shaped-step.ts';
import { ValueProblem } from './term.ts';

/** An artifact of the plan, perhaps only some rows of it. */
export interface PlannedArtifact {
  readonly cell: number;
  readonly output: string;
  readonly where: Coordinates | undefined;
}

/** What there is at one place of a step: a cell, or only what stands in for one of its outputs. */
export type CellPlace =
  | { readonly kind: 'cell'; readonly cell: number }
  | { readonly kind: 'stand-in'; readonly output: string; readonly artifact: PlannedArtifact };

/** The places of each step that is expanded, numbered along its axes; undefined where nothing is. */
type CellPlaces = ReadonlyMap<ShapedStep, readonly (CellPlace | undefined)[]>;

export interface Expanded {
  readonly places: CellPlaces;
  readonly cells: readonly PlanCell[];
}

/** The one artifact of an input that is not gathered; undefined where it does not exist. */
export function singleArtifact(
  shaped: ShapedInput,
  position: Position,
  { places }: Expanded,
): PlannedArtifact | undefined {
  const found = artifactAt(shaped, fixedPosition(shaped, position), places);
  return found === undefined ? undefined : withRows(found, rowsOf(shaped, position));
}

/**
 * The inputs of a cell by port; undefined where one that is required does not exist. Ports that may be left open, and
 * have nothing, are left out.
 */
export function inputsAt(
  inputs: readonly ShapedInput[],
  position: Position,
  expanded: Expanded,
): PlanCell['inputs'] | undefined {
  const arrived: [string, PlanInput][] = [];
  for (const shaped of inputs) {
    const { port, spec, isList } = shaped.input;
    const parts = partsAt(shaped, position, expanded);
    if (parts.length > 0) arrived.push([port, planInput(shaped, parts)]);
    else if (spec.optional !== true && !isList) return undefined;
  }
  return Object.fromEntries(arrived);
}

function planInput(shaped: ShapedInput, parts: PlanPart[]): PlanInput {
  const axes = shaped.gathered.map(({ name }) => name);
  return { gathered: shaped.isGathered, axes, parts, quorum: quorumOf(shaped, parts.length) };
}

function partsAt(shaped: ShapedInput, position: Position, expanded: Expanded): PlanPart[] {
  const { gathered } = shaped;
  const at = fixedPosition(shaped, position);
  const rows = rowsOf(shaped, position);
  const parts: PlanPart[] = [];
  forEachPlace(gathered, at, () => {
    const artifact = artifactAt(shaped, at, expanded.places);
    if (artifact === undefined) return;
    const { cell, output, where } = withRows(artifact, rows);
    const maker = expanded.cells[cell];
    if (maker === undefined) throw new Error(`internal: a part of cell ${cell}, which is not there yet`);
    const part = { cell, key: maker.key, output, at: gathered.map(axis => valueAt(axis, at)) };
    parts.push(where === undefined ? part : { ...part, where });
  });
  return parts;
}

/** Where the source of an input stands for a cell: the cell's own place, but for the axes that an `at` fixes. */
function fixedPosition({ fixed }: ShapedInput, position: Position): Position {
  const at = Int32Array.from(position);
  for (const clause of fixed) at[clause.axis.index] = positionOf(clause, position);
  return at;
}

function positionOf({ axis, term, place }: AtClause, position: Position): number {
  const value = term.evaluate(position);
  const found = typeof value === 'object' ? undefined : axis.positions.get(value);
  if (found !== undefined) return found;
  throw new ValueProblem({
    reason: 'bad-at',
    location: valueLocation(place),
    message: `The axis \`${axis.name}\` has no value ${canonicalJson(value)}.`,
    remedy: 'Let the expression give a value of the axis.',
  });
}

function artifactAt({ source, output }: ShapedInput, at: Position, places: CellPlaces): PlannedArtifact | undefined {
  const place = places.get(source)?.[placeNumber(source.axes, at)];
  if (place === undefined) return undefined;
  if (place.kind === 'cell') return { cell: place.cell, output, where: undefined };
  return place.output === output ? place.artifact : undefined;
}

/** The rows of a table that a cell takes: by column, the value of the axis of that name. */
function rowsOf({ selected, scattered }: ShapedInput, position: Position): Coordinates | undefined {
  if (selected.length === 0 && scattered.length === 0) return undefined;
  const chosen = selected.map((clause): [string, Axis['values'][number]] => {
    const value = clause.axis.values[positionOf(clause, position)];
    if (value === undefined) throw new Error(`internal: an \`at\` beyond the axis ${clause.axis.name}`);
    return [clause.axis.name, value];
  });
  return Object.fromEntries([...chosen, ...scattered.map(axis => [axis.name, valueAt(axis, position)] as const)]);
}

function withRows(artifact: PlannedArtifact, rows: Coordinates | undefined): PlannedArtifact {
  return rows === undefined ? artifact : { ...artifact, where: { ...artifact.where, ...rows } };
}

/** Parts that must be there: a fraction is rounded up, but not for a rounding error of its own. */
function quorumOf({ quorum }: ShapedInput, parts: number): number {
  if (quorum === undefined) return parts;
  const { value, place } = quorum;
  if (value <= 1) return Math.max(0, Math.ceil(value * parts - 1e-9));
  if (value <= parts) return value;
  throw new ValueProblem({
    reason: 'bad-quorum',
    location: place.path.at(-1) === 'quorum' ? valueLocation(place) : keyLocation(place),
    message: `The quorum asks for ${value} parts, and ${parts} are gathered.`,
    remedy: `Ask for at most ${parts}, or for a fraction such as \`0.95\`.`,
  });
}
