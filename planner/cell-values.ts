/** What a cell takes from its step: parameters, seeds and resources, evaluated once per combination that they vary with. */
import type { Json } from '../schemas/json.ts';
import type { PlanCell } from '../schemas/plan.ts';
import type { KeySource, Resources } from '../schemas/step-kind.ts';
import { type Axis, type Position, placeNumber, unionOfAxes } from './axis.ts';
import type { Problem } from './diagnostic-list.ts';
import type { FlatStep } from './flat-step.ts';
import { changeTerms, onFailureAt } from './on-failure.ts';
import { addProblem, checkParameters } from './parameters.ts';
import { below, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { ResourceProblem, resourcesOf } from './resources.ts';
import { isSeed } from './seeds.ts';
import { pathBeside } from './source-files.ts';
import { type PlacedTerm, ValueProblem } from './term.ts';

/** The name of a cell, for messages; undefined where the step has only one and the place of the problem says it all. */
export type CellNamer = () => string | undefined;

type CellValues = Pick<PlanCell, 'with' | 'files' | 'seeds' | 'resources' | 'on_failure'>;

/** The values of one cell; undefined where there are problems, which are listed with the name of the cell. */
export type CellValuesReader = (position: Position, cell: CellNamer) => CellValues | undefined;

export function cellValuesReader(step: FlatStep, planning: Planning): CellValuesReader {
  const { parameters, resources, seeds, onFailure } = step;
  const told = new Set<string>();
  const readParameters = remembered([...parameters.values()], (position, cell) =>
    parametersAt(step, position, { cell, told, planning }),
  );
  const readResources = remembered([...resources.values()], position => resourcesAt(step, position));
  const readChanges = remembered(
    [...parameters.values(), ...resources.values(), ...changeTerms(onFailure)],
    (position, cell) => {
      const read = readParameters(position, cell);
      const planned = read && { with: read.with, resources: readResources(position, cell) };
      return planned && onFailureAt(step, planned, position);
    },
  );
  const listing = problemLister(planning);
  return (position, cell) =>
    listing(cell, () => {
      const read = readParameters(position, cell);
      if (read === undefined) return undefined;
      const changes = readChanges(position, cell);
      return {
        ...read,
        seeds: seedsAt(seeds, position),
        resources: readResources(position, cell),
        ...(changes === undefined ? {} : { on_failure: changes }),
      };
    });
}

/** Runs work on a cell; its problems are listed, each place once, since the next thousand cells may have the same. */
export function problemLister({ list }: Planning): <Result>(cell: CellNamer, work: () => Result) => Result | undefined {
  const told = new Set<string>();
  return (cell, work) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      const { reason, location, message, remedy } = error;
      const key = JSON.stringify([reason, location]);
      if (!told.has(key)) list.add(atCell({ reason, location, message, remedy }, cell()));
      told.add(key);
      return undefined;
    }
  };
}

function atCell(problem: Problem, cell: string | undefined): Problem {
  return cell === undefined ? problem : { ...problem, message: `${problem.message} That is at the cell \`${cell}\`.` };
}

type ReadAt<Value> = (position: Position, cell: CellNamer) => Value;

/** Reads once per combination of the axes that terms vary with. */
function remembered<Value>(terms: readonly PlacedTerm[], read: ReadAt<Value>): ReadAt<Value> {
  const axes: readonly Axis[] = unionOfAxes(terms.map(({ term }) => term.axes));
  const values = new Map<number, { readonly value: Value }>();
  return (position, cell) => {
    const place = placeNumber(axes, position);
    const known = values.get(place);
    if (known !== undefined) return known.value;
    const value = read(position, cell);
    values.set(place, { value });
    return value;
  };
}

interface CellContext {
  readonly cell: CellNamer;
  /** Problems told before, at other cells. */
  readonly told: Set<string>;
  readonly planning: Planning;
}

function parametersAt(
  step: FlatStep,
  position: Position,
  { cell, told, planning }: CellContext,
): Pick<CellValues, 'with' | 'files'> | undefined {
  const { kind, place, parameters } = step;
  const written = Object.fromEntries([...parameters].map(([name, { term }]) => [name, term.evaluate(position)]));
  const checked = checkParameters(kind, written);
  if ('problems' in checked) {
    const isVarying = [...parameters.values()].some(({ term }) => term.axes.length > 0);
    for (const problem of checked.problems) {
      const key = JSON.stringify([problem.reason, problem.path]);
      if (!told.has(key)) addProblem(problem, place, planning.list, isVarying ? cell() : undefined);
      told.add(key);
    }
    return undefined;
  }
  const files = (kind.files ?? []).flatMap(name => {
    const value = checked.with[name];
    return value === undefined ? [] : [{ name, value }];
  });
  return {
    with: checked.with,
    files: Object.fromEntries([
      ...files.map(({ name, value }) => [name, dataFile(step, name, value, planning)] as const),
      ...(kind.keySources?.(checked.with) ?? []).map(
        source => [source.name, keySource(step, source, planning)] as const,
      ),
    ]),
  };
}

function keySource(step: FlatStep, source: KeySource, { files }: Planning): CellValues['files'][string] {
  const place = below(step.place, 'with', ...source.at);
  if (source.kind === 'output') {
    const found = files.outputDigest(source.command, pathBeside(place.document.file, '.'));
    if ('digest' in found) return { path: source.command.join(' '), ...found };
    throw new ValueProblem({
      reason: 'command-failed',
      location: valueLocation(place),
      message: `The command \`${source.command.join(' ')}\` gives nothing for the key: ${found.problem}.`,
      remedy: 'Name a command that this machine can run and that ends with code 0.',
    });
  }
  const path = pathBeside(place.document.file, source.path);
  const found = files.treeDigest(path);
  if (found !== undefined) return { path, ...found };
  throw new ValueProblem({
    reason: 'missing-data-file',
    location: valueLocation(place),
    message: `There is no file or folder \`${path}\`.`,
    remedy: 'Paths begin at the folder of the file that names them.',
  });
}

function dataFile(step: FlatStep, name: string, value: Json, { files }: Planning): CellValues['files'][string] {
  if (typeof value !== 'string')
    throw new Error(`internal: the parameter ${name} of ${step.kind.kind} names a file and is no text`);
  const place = step.parameters.get(name)?.place ?? step.place;
  const path = pathBeside(place.document.file, value);
  const found = files.digest(path);
  if (found !== undefined) return { path, ...found };
  throw new ValueProblem({
    reason: 'missing-data-file',
    location: valueLocation(place),
    message: `There is no file \`${path}\`.`,
    remedy: 'Paths begin at the folder of the file that names them.',
  });
}

function seedsAt(seeds: FlatStep['seeds'], position: Position): CellValues['seeds'] {
  return Object.fromEntries(
    [...seeds].map(([name, { term, place }]) => {
      const value = term.evaluate(position);
      if (isSeed(value)) return [name, value];
      throw new ValueProblem({
        reason: 'bad-seed',
        location: valueLocation(place),
        message: `A seed is a whole number from 0; \`${name}\` is ${JSON.stringify(value)}.`,
        remedy: 'Let the axis or the expression give whole numbers from 0.',
      });
    }),
  );
}

function resourcesAt(step: FlatStep, position: Position): Resources {
  try {
    return resourcesOf(
      step.kind,
      new Map([...step.resources].map(([name, { term }]) => [name, term.evaluate(position)])),
    );
  } catch (error) {
    if (!(error instanceof ResourceProblem)) throw error;
    throw new ValueProblem({
      reason: 'bad-resources',
      location: valueLocation(step.resources.get(error.resource)?.place ?? step.place),
      message: `${error.message}.`,
      remedy: 'Write, for instance, `cpu: 2`, `gpu: 1`, `memory: 4GB`, `time: 90m`.',
    });
  }
}
