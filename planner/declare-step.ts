/** The parts of a step's declaration that its use of a step kind and its use of a graph have in common, and the others. */
import { approvalOf } from '../schemas/approval.ts';
import type { Location } from '../schemas/diagnostic.ts';
import type { AxisValue } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { StepDeclaration } from '../schemas/study.ts';
import type { Axis } from './axis.ts';
import { type TermContext, compileBareExpression, compileTerm } from './compile-term.ts';
import type { AtClause, FlatStep, Over } from './flat-step.ts';
import type { DeclaredStep, Instance } from './instance.ts';
import { remedyFor, suggestion } from './nearest-name.ts';
import { readOnFailure } from './on-failure.ts';
import { readParameters } from './parameters.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { readSeeds } from './seeds.ts';
import { type PlacedTerm, constantTerm, unknownTerm } from './term.ts';

/** A step under `steps:` of the study or of a graph. */
export interface Written {
  readonly planning: Planning;
  readonly instance: Instance;
  readonly name: string;
  readonly declaration: StepDeclaration;
  readonly place: Place;
  readonly context: TermContext;
}

/** A use of a step kind, all but its inputs; problems are listed. */
export function declareStep(
  kind: StepKind,
  written: Written,
): { readonly step: FlatStep; readonly declared: DeclaredStep } {
  const { instance, name, declaration, place, context } = written;
  const step: FlatStep = {
    name: instance.prefix + name,
    localName: name,
    place,
    kind,
    over: readOver(written),
    bounds: instance.bounds,
    conditions: instance.conditions,
    when: readWhen(written),
    standIn: readStandIn(written),
    parameters: readParameters(kind, declaration.with ?? {}, place, context),
    seeds: readSeeds(kind, written),
    keep: readKeep(kind, written),
    resources: readResources(written),
    quorum: declaration.quorum === undefined ? undefined : { value: declaration.quorum, place: below(place, 'quorum') },
    onFailure: readOnFailure(kind, declaration.on_failure, place, context),
    approve: approvalOf(declaration.approve),
    isSketch: instance.isSketch,
  };
  return { step, declared: { declaration, at: readAt(written), inputAt: readInputAt(written) } };
}

/** Axes by name, each once; undefined without `over`. */
export function readOver({ declaration, place, planning }: Written): Over | undefined {
  if (declaration.over === undefined) return undefined;
  const axes: Axis[] = [];
  for (const [index, name] of declaration.over.entries()) {
    const at = below(place, 'over', index);
    const first = declaration.over.indexOf(name);
    if (first < index) {
      planning.list.add({
        reason: 'axis-twice',
        location: valueLocation(at),
        message: `\`over\` names the axis \`${name}\` twice.`,
        remedy: 'Remove one of the two.',
        related: [{ location: valueLocation(below(place, 'over', first)), note: 'first here' }],
      });
    } else {
      const axis = axisNamed(name, () => valueLocation(at), planning);
      if (axis !== undefined) axes.push(axis);
    }
  }
  return { axes, isComplete: axes.length === declaration.over.length, place: below(place, 'over') };
}

/** The axis of a name; undefined where there is none (listed) or it has problems (listed at the axis). */
function axisNamed(name: string, location: () => Location, { axes, list, source }: Planning): Axis | undefined {
  const axis = axes.get(name);
  if (axis === undefined && !axes.has(name) && !source.isLeftOut('axes', name)) {
    const isParam = Object.hasOwn(source.declaration.params, name);
    list.add({
      reason: 'unknown-axis',
      location: location(),
      message: `The study has no axis \`${name}\`; ${isParam ? 'it is a param.' : suggestion(name, axes.keys(), 'axis')}`,
      remedy: isParam
        ? `Declare an axis of another name; it may take its values from a list param: \`axes: { ${name}_axis: "\${${name}}" }\`.`
        : remedyFor(name, axes.keys(), `Name an axis, or declare it: \`axes: { ${name}: … }\`.`),
    });
  }
  return axis;
}

/** The clauses of the `at` of a step; with a port, of that input. */
export function readAt({ declaration, place, planning, context }: Written, port?: string): AtClause[] {
  if (port === undefined) return readClauses(declaration.at, { place, isOfInput: false, planning, context });
  const binding = declaration.in?.[port];
  const at = typeof binding === 'object' ? binding.at : undefined;
  return readClauses(at, { place: below(place, 'in', port), isOfInput: true, planning, context });
}

interface AtOwner {
  /** What has the `at`. */
  readonly place: Place;
  readonly isOfInput: boolean;
  readonly planning: Planning;
  readonly context: TermContext;
}

/** The clauses of an `at` as written. */
export function readClauses(
  at: { readonly [axis: string]: AxisValue } | undefined,
  { place, isOfInput, planning, context }: AtOwner,
): AtClause[] {
  return Object.entries(at ?? {}).flatMap(([name, value]): AtClause[] => {
    const clause = below(place, 'at', name);
    const axis = axisNamed(name, () => keyLocation(clause), planning);
    const term = compileTerm(value, clause, context);
    return axis === undefined || term === undefined ? [] : [{ axis, term, place: clause, isOfInput }];
  });
}

export function readInputAt(written: Written): ReadonlyMap<string, readonly AtClause[]> {
  const ports = Object.keys(written.declaration.in ?? {});
  return new Map(ports.map(port => [port, readAt(written, port)]));
}

export function readWhen({ declaration, place, context }: Written): PlacedTerm | undefined {
  const { when } = declaration;
  if (when === undefined) return undefined;
  const at = below(place, 'when');
  if (typeof when === 'boolean') return { place: at, term: constantTerm(when) };
  const term = compileBareExpression(when, at, context);
  if (term === undefined) return { place: at, term: unknownTerm('bool') };
  if (term.type !== 'bool' && term.type !== 'dyn') {
    context.list.add({
      reason: 'expression-type',
      location: valueLocation(at),
      message: `\`when\` must be true or false; this gives \`${term.type}\`.`,
      remedy: 'Compare, as in `condition != "control"`.',
    });
  }
  return { place: at, term };
}

function readStandIn({ declaration, place, context }: Written): FlatStep['standIn'] {
  const port = declaration.else;
  if (port === undefined) return undefined;
  const at = below(place, 'else');
  const ports = Object.keys(declaration.in ?? {});
  if (!ports.includes(port)) {
    context.list.add({
      reason: 'bad-else',
      location: valueLocation(at),
      message: `\`else\` names the input that stands in for the output, and there is no input \`${port}\`; ${suggestion(port, ports, 'input')}`,
      remedy: remedyFor(port, ports, 'Name one of the ports under `in:`.'),
    });
    return undefined;
  }
  if (declaration.when === undefined) {
    context.list.add({
      reason: 'bad-else',
      location: keyLocation(at),
      message: '`else` without `when` has no effect.',
      remedy: 'Add `when:`, or remove `else:`.',
    });
  }
  return { port, place: at };
}

function readKeep(kind: StepKind, { declaration, place, context }: Written): readonly string[] {
  const words = declaration.keep === undefined ? [] : [declaration.keep].flat();
  const known = Object.values(kind.out).flatMap(({ kept }) => (kept === undefined ? [] : [kept]));
  for (const [index, word] of words.entries()) {
    if (known.includes(word)) continue;
    const at = below(place, 'keep');
    context.list.add({
      reason: 'unknown-keep',
      location: valueLocation(typeof declaration.keep === 'string' ? at : below(at, index)),
      message: `\`${kind.kind}\` cannot keep \`${word}\`; ${known.length === 0 ? 'it has only its outputs.' : suggestion(word, known, 'such thing')}`,
      remedy: known.length === 0 ? 'Remove `keep:`.' : `Write \`${known[0] ?? ''}\`.`,
    });
  }
  return [...new Set(words)].sort();
}

function readResources({ declaration, place, context }: Written): ReadonlyMap<string, PlacedTerm> {
  return new Map(
    Object.entries(declaration.resources ?? {}).flatMap(([resource, value]): [string, PlacedTerm][] => {
      const at = below(place, 'resources', resource);
      const term = compileTerm(value ?? null, at, context);
      return term === undefined ? [] : [[resource, { place: at, term }]];
    }),
  );
}
