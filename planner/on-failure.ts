/** `on_failure`: how the attempts after failures of a class differ, worked out for every cell before anything runs. */
import { type ChangeableClass, changeableClasses } from '../schemas/failure.ts';
import { type Json, canonicalJson } from '../schemas/json.ts';
import { mergeJson } from '../schemas/merge-json.ts';
import type { ChangedAttempt, PlanCell } from '../schemas/plan.ts';
import type { Resources, StepKind } from '../schemas/step-kind.ts';
import type { FailureChangeDeclaration, StepDeclaration } from '../schemas/study.ts';
import type { Position } from './axis.ts';
import { type TermContext, compileTerm } from './compile-term.ts';
import { remedyFor, suggestion } from './nearest-name.ts';
import { checkParameters } from './parameters.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { ResourceProblem, resourcesOf } from './resources.ts';
import { type PlacedTerm, type Scope, type Term, ValueProblem } from './term.ts';

/** What a study says of one class, compiled. */
export interface FailureChange {
  readonly class: ChangeableClass;
  readonly place: Place;
  readonly attempts: number;
  readonly parameters: ReadonlyMap<string, PlacedTerm>;
  readonly resources: ReadonlyMap<string, PlacedTerm>;
  /** Says what `with` and `resources` mean while the terms are evaluated. */
  readonly given: (current: Current) => void;
}

interface Current {
  readonly with: PlanCell['with'];
  readonly resources: Resources;
}

/** The changes of a step; problems are listed. */
export function readOnFailure(
  kind: StepKind,
  declared: StepDeclaration['on_failure'],
  stepPlace: Place,
  context: TermContext,
): readonly FailureChange[] {
  const changes = changeableClasses.flatMap((failure): FailureChange[] => {
    const change = declared?.[failure];
    return change === undefined
      ? []
      : [readChange(kind, change, { failure, place: below(stepPlace, 'on_failure', failure), context })];
  });
  refuseSharedPaths(changes, context);
  return changes;
}

interface ChangeSite {
  readonly failure: ChangeableClass;
  readonly place: Place;
  readonly context: TermContext;
}

function readChange(kind: StepKind, change: FailureChangeDeclaration, site: ChangeSite): FailureChange {
  const { failure, place, context } = site;
  let current: Current | undefined;
  const currently = (read: (given: Current) => Json): Term => ({
    axes: [],
    known: true,
    type: 'dyn',
    isVolatile: true,
    evaluate: () => {
      if (current === undefined) throw new Error('internal: a change after failures was evaluated without an attempt');
      return read(current);
    },
  });
  const scope: Scope = new Map([
    ...context.scope,
    ['with', currently(given => given.with)],
    ['resources', currently(given => ({ ...given.resources }))],
  ]);
  const compiled = (section: 'with' | 'resources', values: { readonly [name: string]: Json | undefined }) =>
    new Map(
      Object.entries(values).flatMap(([name, value]): [string, PlacedTerm][] => {
        const at = below(place, section, name);
        const term = compileTerm(value ?? null, at, { ...context, scope });
        return term === undefined ? [] : [[name, { place: at, term }]];
      }),
    );
  refuseStrangeParameters(kind, Object.keys(change.with ?? {}), site);
  const parameters = compiled('with', change.with ?? {});
  const resources = compiled('resources', change.resources ?? {});
  if (Object.keys({ ...change.with, ...change.resources }).length === 0)
    context.list.add({
      reason: 'bad-on-failure',
      location: keyLocation(place),
      message: `Nothing is said of what is changed after \`${failure}\`.`,
      remedy: 'Add `with: { … }` or `resources: { … }`, or remove it: without a word the usual attempts are made.',
    });
  return {
    class: failure,
    place,
    attempts: change.attempts ?? 1,
    parameters,
    resources,
    given: now => (current = now),
  };
}

function refuseStrangeParameters(kind: StepKind, names: readonly string[], { place, context }: ChangeSite): void {
  const known = Object.keys(kind.with.shape);
  for (const name of names) {
    const at = below(place, 'with', name);
    if (!known.includes(name))
      context.list.add({
        reason: 'unknown-parameter',
        location: keyLocation(at),
        message: `\`${kind.kind}\` has no parameter \`${name}\`; ${suggestion(name, known, 'parameter')}`,
        remedy: remedyFor(name, known, 'Remove it.'),
      });
    else if (kind.files?.includes(name) === true || kind.ownOutputs?.parameter === name)
      context.list.add({
        reason: 'bad-on-failure',
        location: keyLocation(at),
        message: `\`${name}\` says what is worked at and what comes of it: another would be another study.`,
        remedy: 'Change a parameter that says how the work is done.',
      });
  }
}

/** Two classes may not change the same thing: which of the two came first would decide what it is. */
function refuseSharedPaths(changes: readonly FailureChange[], { list }: TermContext): void {
  const seen = new Map<string, FailureChange>();
  for (const change of changes) {
    const names = [
      ...[...change.parameters.keys()].map(name => `with.${name}`),
      ...[...change.resources.keys()].map(name => `resources.${name}`),
    ];
    for (const name of names) {
      const other = seen.get(name);
      seen.set(name, other ?? change);
      if (other === undefined) continue;
      list.add({
        reason: 'bad-on-failure',
        location: keyLocation(change.place),
        message: `\`${name}\` is changed after \`${other.class}\` too: which came first would decide its value.`,
        remedy: 'Change it after one class only.',
        related: [{ location: keyLocation(other.place), note: 'the other' }],
      });
    }
  }
}

/** Everything in the changes that may name axes. */
export function changeTerms(changes: readonly FailureChange[]): readonly PlacedTerm[] {
  return changes.flatMap(({ parameters, resources }) => [...parameters.values(), ...resources.values()]);
}

/** What is known of the step whose changes are worked out. */
export interface ChangingStep {
  readonly kind: StepKind;
  readonly onFailure: readonly FailureChange[];
  readonly parameters: ReadonlyMap<string, PlacedTerm>;
}

/** The ladder of a cell by class; undefined where its step says nothing. */
export function onFailureAt(step: ChangingStep, planned: Current, position: Position): PlanCell['on_failure'] {
  if (step.onFailure.length === 0) return undefined;
  return Object.fromEntries(step.onFailure.map(change => [change.class, ladder(step, change, planned, position)]));
}

function ladder(step: ChangingStep, change: FailureChange, planned: Current, position: Position): ChangedAttempt[] {
  const rungs: ChangedAttempt[] = [];
  let before = planned;
  for (let number = 1; number <= change.attempts; number += 1) {
    const next = changed(step.kind, change, before, position);
    const isIdle = !('problem' in next) && sameAs(before, next.current);
    // Halving ends somewhere, and one cell of many may have the other value already: only a change that never works is
    // a mistake.
    if (number > 1 ? isIdle || 'problem' in next : isIdle && isVarying(step, change)) break;
    if ('problem' in next) throw badChange(change, next.problem);
    if (isIdle) throw badChange(change, 'it changes nothing');
    rungs.push(next.attempt);
    before = next.current;
  }
  return rungs;
}

function isVarying({ parameters }: ChangingStep, change: FailureChange): boolean {
  return [...parameters.values(), ...changeTerms([change])].some(({ term }) => term.axes.length > 0);
}

type Changed = { readonly current: Current; readonly attempt: ChangedAttempt } | { readonly problem: string };

function changed(kind: StepKind, change: FailureChange, before: Current, position: Position): Changed {
  change.given(before);
  const values = (terms: FailureChange['parameters']) =>
    Object.fromEntries([...terms].map(([name, { term }]) => [name, term.evaluate(position)]));
  const written = values(change.parameters);
  const merged = Object.fromEntries(
    Object.entries({ ...before.with, ...written }).map(([name, value]) => [
      name,
      Object.hasOwn(written, name) ? mergeJson(before.with[name] ?? null, written[name] ?? null) : value,
    ]),
  );
  const checked = checkParameters(kind, merged);
  if ('problems' in checked) return { problem: checked.problems[0]?.message ?? 'its parameters do not fit' };
  try {
    const resources = resourcesOf(
      { ...kind, resources: before.resources },
      new Map(Object.entries(values(change.resources))),
    );
    const own = Object.fromEntries(Object.entries(resources).filter(([name]) => change.resources.has(name)));
    return { current: { with: checked.with, resources }, attempt: { with: written, resources: own } };
  } catch (error) {
    if (!(error instanceof ResourceProblem)) throw error;
    return { problem: error.message };
  }
}

function sameAs(before: Current, after: Current): boolean {
  return canonicalJson(before.with) === canonicalJson(after.with) && isSame(before.resources, after.resources);
}

function isSame(a: Resources, b: Resources): boolean {
  return a.cpu === b.cpu && a.gpu === b.gpu && a.memory === b.memory && a.time === b.time;
}

function badChange({ place, class: failure }: FailureChange, problem: string): ValueProblem {
  return new ValueProblem({
    reason: 'bad-on-failure',
    location: valueLocation(place),
    message: `What is changed after \`${failure}\` cannot be: ${problem.replace(/\.$/, '')}.`,
    remedy: 'Let the first change give parameters that the step kind takes, and that differ from the planned ones.',
  });
}
