/** The study, and every use of a graph, as a place where names are looked up: steps, in-ports, seeds, variables. */
import type { ArtifactKind } from '../schemas/artifact.ts';
import type { GraphDeclaration, StepDeclaration } from '../schemas/study.ts';
import type { AtClause, FlatStep, Over } from './flat-step.ts';
import type { Place } from './place.ts';
import type { PlacedTerm, Scope } from './term.ts';

export interface Instance {
  /** What comes before the names of its steps: empty for the study, `retrain.` for a use of a graph. */
  readonly prefix: string;
  /** Where its `steps:` stand. */
  readonly place: Place;
  readonly declarations: { readonly [name: string]: StepDeclaration };
  readonly members: Map<string, Member>;
  readonly scope: Scope;
  /** Of a graph. */
  readonly graph: GraphFrame | undefined;
  readonly bounds: readonly Over[];
  readonly conditions: readonly PlacedTerm[];
  readonly isSketch: boolean;
  /** Graphs around it, outermost first. */
  readonly nesting: readonly string[];
}

export interface GraphFrame {
  readonly name: string;
  readonly declaration: GraphDeclaration;
  readonly place: Place;
  readonly seeds: ReadonlyMap<string, PlacedTerm>;
  /** The step that uses it; undefined in a sketch. */
  readonly use: GraphUse | undefined;
  /** What its steps have asked for so far, to find what it declares in vain. */
  readonly asked: Asked;
}

interface Asked {
  readonly ports: Set<string>;
  readonly parameters: Set<string>;
  readonly seeds: Set<string>;
}

export interface GraphUse {
  readonly name: string;
  readonly instance: Instance;
  readonly declaration: StepDeclaration;
  readonly place: Place;
  /** Its `at`, said of all its inputs. */
  readonly at: readonly AtClause[];
  /** The `at`s of single inputs, by port. */
  readonly inputAt: ReadonlyMap<string, readonly AtClause[]>;
}

/** What a name among steps stands for. `broken`: something with problems, which are listed already. */
export type Member =
  | { readonly kind: 'step'; readonly step: FlatStep; readonly declared: DeclaredStep }
  | { readonly kind: 'graph'; readonly instance: Instance }
  | { readonly kind: 'broken' };

/** What is needed of a declaration once its inputs are connected. */
export interface DeclaredStep {
  readonly declaration: StepDeclaration;
  readonly at: readonly AtClause[];
  readonly inputAt: ReadonlyMap<string, readonly AtClause[]>;
}

/** The artifact kind that an in-port declares, and whether it may be left open. */
export function inPort(
  declaration: GraphDeclaration,
  port: string,
): { readonly kind: ArtifactKind; readonly optional: boolean } | undefined {
  if (!Object.hasOwn(declaration.in, port)) return undefined;
  const declared = declaration.in[port];
  if (declared === undefined) return undefined;
  return typeof declared === 'string'
    ? { kind: declared, optional: false }
    : { kind: declared.kind, optional: declared.optional ?? false };
}

/** Every step below an instance, in the order of declarations. */
export function stepsOf(instance: Instance): FlatStep[] {
  return [...instance.members.values()].flatMap(member => {
    if (member.kind === 'graph') return stepsOf(member.instance);
    return member.kind === 'step' ? [member.step] : [];
  });
}
