/** What the study's own expressions may name: its params and axes. */
import type { Axis } from './axis.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { isReservedWord } from './expression.ts';
import { below, keyLocation } from './place.ts';
import type { StudySource } from './study-source.ts';
import { type Scope, type Term, axisTerm, unknownTerm } from './term.ts';

/** Params and axes as terms; one with problems has no value, so that nothing else complains of it. */
export function studyScope(params: Scope, axes: ReadonlyMap<string, Axis | undefined>, source: StudySource): Scope {
  const terms = new Map<string, Term>();
  for (const name of writtenNames(source, 'params')) terms.set(name, params.get(name) ?? unknownTerm('dyn'));
  for (const [name, axis] of axes) terms.set(name, axis === undefined ? unknownTerm('dyn') : axisTerm(axis));
  for (const name of axes.size === 0 ? [] : writtenNames(source, 'axes'))
    if (!terms.has(name)) terms.set(name, unknownTerm('dyn'));
  return new Map([...terms].filter(([name]) => !isReservedWord(name)));
}

/** Params and axes share their names' one purpose, to be called in expressions: no name may be both. */
export function checkNames({ declaration, place }: StudySource, list: DiagnosticList): void {
  for (const name of Object.keys(declaration.axes)) {
    if (!Object.hasOwn(declaration.params, name)) continue;
    list.add({
      reason: 'name-clash',
      location: keyLocation(below(place, 'axes', name)),
      message: `\`${name}\` is an axis and a param.`,
      remedy: 'Rename one of them: expressions could not tell which is meant.',
      related: [{ location: keyLocation(below(place, 'params', name)), note: 'the param' }],
    });
  }
}

/** Names of a section, those with another shape included. */
function writtenNames({ place }: StudySource, section: 'params' | 'axes'): string[] {
  const { root } = place.document;
  const node = root.kind === 'map' ? root.entries.get(section)?.value : undefined;
  return node?.kind === 'map' ? [...node.entries.keys()].filter(name => /^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) : [];
}
