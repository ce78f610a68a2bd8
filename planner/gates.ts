/** Gates as steps of kind `gate`: what each reads, its specification, and the steps that its verdict skips. */
import { type Approval, approvalOf } from '../schemas/approval.ts';
import type { Gate, Quantity } from '../schemas/gate.ts';
import { type Digest, digestOf } from '../schemas/identity.ts';
import { type Json, canonicalJson } from '../schemas/json.ts';
import type { PlanGuard } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import { compileTerm, evaluateConstant } from './compile-term.ts';
import type { FlatInput, FlatStep } from './flat-step.ts';
import { type Operand, gateInputs, operandsOf } from './gate-inputs.ts';
import { type Instance, stepsOf } from './instance.ts';
import { contextOf } from './instance-context.ts';
import { listNames, remedyFor, suggestion } from './nearest-name.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { type Planning, blaming } from './planning.ts';
import { sectionKind, sectionStep } from './section-step.ts';

export interface FlatGate {
  readonly name: string;
  readonly claim: string;
  readonly place: Place;
  readonly step: FlatStep;
  readonly operands: readonly Operand[];
  readonly inputs: readonly FlatInput[];
  readonly skips: readonly Skip[];
  /** Digest of all that it says, its threshold as a number. */
  readonly registered: Digest;
  readonly approve: Approval | undefined;
}

export interface Skip {
  readonly verdicts: PlanGuard['verdicts'];
  readonly steps: readonly FlatStep[];
  readonly place: Place;
}

/** Raise when the digest of an unchanged gate would change. */
const registrationTag = 'espalier/gate/1';

export function readGates(study: Instance, planning: Planning): FlatGate[] {
  const { declaration, place } = planning.source;
  const entries = Object.entries(declaration.gates);
  if (entries.length === 0) return [];
  const kind = sectionKind('gate', planning);
  return entries.map(([name, gate]) =>
    readGate({ name, gate, place: below(place, 'gates', name), kind, study, planning }),
  );
}

interface DeclaredGate {
  readonly name: string;
  readonly gate: Gate;
  readonly place: Place;
  readonly kind: StepKind;
  readonly study: Instance;
  readonly planning: Planning;
}

function readGate(declared: DeclaredGate): FlatGate {
  const { name, gate, place, kind, study, planning } = declared;
  const threshold = readNumber(gate.value, 'value', declared);
  const needs = gate.needs === undefined ? undefined : readNumber(gate.needs, 'needs', declared);
  const operands = operandsOf(gate, place);
  const step = sectionStep(`gates.${name}`, kind, place, {
    name,
    claim: gate.claim,
    group: gate.group,
    ...Object.fromEntries(operands.map(({ port, quantity }) => [port, asParameter(quantity)])),
    absolute: gate.estimand?.absolute,
    op: gate.op,
    threshold: threshold ?? 0,
    needs,
  });
  if (threshold === undefined || (gate.needs !== undefined && needs === undefined)) planning.faulty.add(step);
  return {
    name,
    claim: gate.claim,
    place,
    step,
    operands,
    inputs: blaming(planning, step, () => gateInputs(step, operands, { gate, place, study, planning })),
    skips: readSkips(declared),
    registered: digestOf(canonicalJson({ ...gate, value: threshold ?? 0, needs, tag: registrationTag })),
    approve: approvalOf(gate.approve),
  };
}

/** What the step kind is told of a quantity: where it comes from is told by what arrives at its port. */
function asParameter(quantity: Quantity): Json {
  if ('metric' in quantity) return { metric: quantity.metric.replace(/^.*\./, '') };
  const { column, where, take } = quantity;
  return where === undefined ? { column, take } : { column, where, take };
}

function readNumber(value: number | string, key: string, { place, study, planning }: DeclaredGate): number | undefined {
  const { list } = planning;
  const at = below(place, key);
  if (typeof value === 'number') return value;
  const term = compileTerm(value, at, contextOf(study, planning));
  if (term === undefined || !term.known) return undefined;
  if (term.axes.length > 0) {
    const message = `A gate decides once, and this varies with ${listNames(term.axes.map(({ name }) => name))}.`;
    list.add({ reason: 'axis-left-out', location: valueLocation(at), message, remedy: 'Use params only.' });
    return undefined;
  }
  const found = evaluateConstant(term, list);
  if (found === undefined || typeof found === 'number') return found;
  const message = `\`${key}\` must be a number.`;
  list.add({ reason: 'wrong-type', location: valueLocation(at), message, remedy: 'Let the expression give a number.' });
  return undefined;
}

function readSkips(declared: DeclaredGate): Skip[] {
  const { gate, place } = declared;
  const consequences: [keyof Gate, Skip['verdicts'], readonly string[]][] = [
    ['on_pass', ['pass'], gate.on_pass?.skip ?? []],
    ['on_fail', ['fail'], gate.on_fail?.skip ?? []],
    ['on_inconclusive', ['inconclusive', 'not_estimable'], gate.on_inconclusive?.skip ?? []],
  ];
  return consequences.flatMap(([key, verdicts, names]) =>
    names.flatMap((name, index) => {
      const at = below(place, key, 'skip', index);
      const steps = skippedSteps(name, at, declared);
      return steps === undefined ? [] : [{ verdicts, steps, place: at }];
    }),
  );
}

/** The step of a name, or all steps of a graph; undefined where there is none, or one with problems. */
function skippedSteps(
  name: string,
  place: Place,
  { study, planning, place: gate }: DeclaredGate,
): readonly FlatStep[] | undefined {
  const member = study.members.get(name);
  if (member?.kind === 'step') return [member.step];
  if (member?.kind === 'graph') return stepsOf(member.instance);
  if (member?.kind === 'broken') return undefined;
  const names = [...study.members.keys()];
  planning.list.add({
    reason: 'unknown-skip',
    location: valueLocation(place),
    message: `The study has no step \`${name}\` to skip; ${suggestion(name, names, 'step')}`,
    remedy: remedyFor(name, names, 'Name a step of the study.'),
    related: [{ location: keyLocation(gate), note: 'for this gate' }],
  });
  return undefined;
}
