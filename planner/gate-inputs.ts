/** What a gate reads: its operands, each a scalar that a step reports or a quantity of a table. */
import type { Gate, Quantity } from '../schemas/gate.ts';
import { outputPorts } from '../schemas/step-kind.ts';
import { portOf } from './connect.ts';
import { readClauses } from './declare-step.ts';
import type { FlatInput, FlatStep, Quorum, Source } from './flat-step.ts';
import type { Instance } from './instance.ts';
import { contextOf } from './instance-context.ts';
import { resolveMetric } from './metric-reference.ts';
import { type Place, below, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { article } from './port-problems.ts';
import { resolveReference } from './resolve-reference.ts';

export interface Operand {
  readonly port: 'value' | 'minus' | 'divide';
  readonly quantity: Quantity;
  /** What has the quantity's keys: `estimand`, its `minus` or `divide`, or the gate itself. */
  readonly place: Place;
}

export function operandsOf(gate: Gate, place: Place): Operand[] {
  const { estimand } = gate;
  if (estimand === undefined) return [{ port: 'value', quantity: { metric: gate.metric ?? '' }, place }];
  const { minus, divide } = estimand;
  const at = below(place, 'estimand');
  return [
    { port: 'value', quantity: estimand, place: at },
    ...(minus === undefined ? [] : [{ port: 'minus' as const, quantity: minus, place: below(at, 'minus') }]),
    ...(divide === undefined ? [] : [{ port: 'divide' as const, quantity: divide, place: below(at, 'divide') }]),
  ];
}

interface GateContext {
  readonly gate: Gate;
  readonly place: Place;
  readonly study: Instance;
  readonly planning: Planning;
}

/** The inputs of a gate's step; without one where an operand has problems, which are listed. */
export function gateInputs(step: FlatStep, operands: readonly Operand[], gateContext: GateContext): FlatInput[] {
  const { gate, place, study, planning } = gateContext;
  const context = contextOf(study, planning);
  // Said of the gate, so the same for all operands: it must have an effect on one of them.
  const shared = readClauses(gate.at, { place, isOfInput: false, context, planning });
  const quorum = gate.quorum === undefined ? undefined : { value: gate.quorum, place: below(place, 'quorum') };
  return operands.flatMap(operand => {
    const isGate = operand.place === place;
    const own = isGate
      ? []
      : readClauses(operand.quantity.at, { place: operand.place, isOfInput: true, context, planning });
    const source = operandSource(operand, study, planning);
    if (source === undefined) planning.faulty.add(step);
    return source === undefined
      ? []
      : [operandInput(step, operand, { ...source, at: [...source.at, ...own, ...shared] }, quorum)];
  });
}

function operandInput(step: FlatStep, operand: Operand, source: Source, quorum: Quorum | undefined): FlatInput {
  const { port } = operand;
  const spec = portOf(step.kind, port);
  if (spec === undefined) throw new Error(`internal: the kind ${step.kind.kind} has no port ${port}`);
  return { port, spec, place: referencePlace(operand), source, quorum, isList: false };
}

function operandSource(operand: Operand, study: Instance, { list }: Planning): Source | undefined {
  const { quantity } = operand;
  const isMetric = 'metric' in quantity;
  const resolution = isMetric ? resolveMetric(study, quantity.metric) : resolveReference(study, quantity.from);
  const location = () => valueLocation(referencePlace(operand));
  if (resolution.kind === 'problem') list.add({ ...resolution.problem, location: location() });
  if (resolution.kind !== 'source') return undefined;
  const { step, output } = resolution.source;
  const kind = Object.entries(outputPorts(step.kind)).find(([name]) => name === output)?.[1].kind ?? 'any';
  if (isMetric || kind === 'table') return resolution.source;
  list.add({
    reason: 'wrong-artifact-kind',
    location: location(),
    message: `A gate takes numbers from a table; \`${quantity.from}\` is ${article(kind)}.`,
    remedy: 'Name a table, or use `metric:` for a scalar that a step reports.',
  });
  return undefined;
}

function referencePlace({ quantity, place }: Operand): Place {
  return below(place, 'metric' in quantity ? 'metric' : 'from');
}
