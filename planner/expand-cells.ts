/** Shaped steps → cells with their keys, each after the cells it needs. */
import { cellKey } from '../schemas/identity.ts';
import { type Coordinates, type PlanCell, cellName } from '../schemas/plan.ts';
import { recipeOf } from '../schemas/recipe.ts';
import { type Position, forEachPlace, valueAt } from './axis.ts';
import { type CellPlace, type Expanded, inputsAt, singleArtifact } from './cell-inputs.ts';
import { type CellValuesReader, cellValuesReader, problemLister } from './cell-values.ts';
import { valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { ShapedStep } from './shaped-step.ts';
import { type PlacedTerm, ValueProblem } from './term.ts';

/** Cells under construction. */
interface Expansion extends Expanded {
  readonly places: Map<ShapedStep, (CellPlace | undefined)[]>;
  readonly cells: PlanCell[];
}

/** Steps that fail at some cell are listed and become faulty; what depends on them is left out. */
export function expandCells(steps: readonly ShapedStep[], planning: Planning): Expanded {
  const expansion: Expansion = { places: new Map(), cells: [] };
  const position: Position = new Int32Array(planning.axes.size);
  const byStep = new Map(steps.map(shaped => [shaped.step, shaped]));
  for (const shaped of steps) {
    const needed = [...shaped.inputs.map(({ source }) => source.step), ...shaped.guards.map(({ gate }) => gate.step)];
    if (needed.some(step => planning.faulty.has(step))) planning.faulty.add(shaped.step);
    else expandStep(shaped, position, { expansion, byStep, planning });
  }
  return expansion;
}

interface Context {
  readonly expansion: Expansion;
  readonly byStep: ReadonlyMap<ShapedStep['step'], ShapedStep>;
  readonly planning: Planning;
}

function expandStep(shaped: ShapedStep, position: Position, { expansion, byStep, planning }: Context): void {
  const { step, axes } = shaped;
  const places: (CellPlace | undefined)[] = [];
  expansion.places.set(shaped, places);
  const make = cellMaker(shaped, guardsOf(shaped, expansion, byStep), cellValuesReader(step, planning));
  const listing = problemLister(planning);
  const before = planning.list.reported();
  forEachPlace(axes, position, () => {
    const at: Coordinates = Object.fromEntries(axes.map(axis => [axis.name, valueAt(axis, position)]));
    const name = () => nameForMessages(shaped, at);
    places.push(listing(name, () => make(position, at, expansion)));
  });
  if (planning.list.reported() > before) planning.faulty.add(step);
}

/** None for the only cell of a step that stands in one place: the study, not a graph. */
function nameForMessages({ step, axes }: ShapedStep, at: Coordinates): string | undefined {
  return axes.length === 0 && step.name === step.localName ? undefined : cellName(step.name, at);
}

function guardsOf({ guards }: ShapedStep, { places }: Expansion, byStep: Context['byStep']): PlanCell['guards'] {
  return guards.flatMap(({ gate, verdicts }) => {
    const shaped = byStep.get(gate.step);
    const place = shaped && places.get(shaped)?.[0];
    return place?.kind === 'cell' ? [{ gate: place.cell, name: gate.name, verdicts: [...verdicts] }] : [];
  });
}

type CellMaker = (position: Position, at: Coordinates, expansion: Expansion) => CellPlace | undefined;

/** Makes what there is at a place: a cell, a stand-in, or nothing. */
function cellMaker(shaped: ShapedStep, guards: PlanCell['guards'], readValues: CellValuesReader): CellMaker {
  const { step, inputs, standIn } = shaped;
  const { kind } = step;
  return (position, at, expansion) => {
    if (!step.conditions.every(condition => holds(condition, position))) return undefined;
    if (step.when !== undefined && !holds(step.when, position)) {
      const artifact = standIn && singleArtifact(standIn.input, position, expansion);
      return artifact && { kind: 'stand-in', output: standIn.output, artifact };
    }
    const arrived = inputsAt(inputs, position, expansion);
    if (arrived === undefined) return undefined;
    const values = readValues(position, () => nameForMessages(shaped, at));
    if (values === undefined) return undefined;
    const cell = {
      step: step.name,
      at,
      use: kind.kind,
      version: kind.version,
      weight: kind.weight,
      ...values,
      keep: [...step.keep],
      inputs: arrived,
      guards,
    };
    const index = expansion.cells.length;
    expansion.cells.push({ index, ...cell, key: cellKey(recipeOf(cell, kind)) });
    return { kind: 'cell', cell: index };
  };
}

function holds({ place, term }: PlacedTerm, position: Position): boolean {
  const value = term.evaluate(position);
  if (typeof value === 'boolean') return value;
  throw new ValueProblem({
    reason: 'expression-type',
    location: valueLocation(place),
    message: `\`when\` must be true or false; it is ${JSON.stringify(value)}.`,
    remedy: 'Compare, as in `condition != "control"`.',
  });
}
