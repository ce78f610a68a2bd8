/** Connects steps: every port of every step, and every port of every use of a graph, with the output that it names. */
import type { InputPort, StepKind } from '../schemas/step-kind.ts';
import type { Binding } from '../schemas/study.ts';
import { type Wanted, checkReference, referenceIn } from './check-reference.ts';
import type { FlatInput, FlatStep } from './flat-step.ts';
import { type DeclaredStep, type GraphUse, type Instance, inPort } from './instance.ts';
import { meantNames } from './nearest-name.ts';
import { type Place, below, valueLocation } from './place.ts';
import { type Planning, blaming } from './planning.ts';
import { missingInput, unknownPort } from './port-problems.ts';
import { resolveReference } from './resolve-reference.ts';

/** Inputs by step, in the order of the kind's ports. */
export type Connections = Map<FlatStep, readonly FlatInput[]>;

/** Connects all steps below an instance. */
export function connect(instance: Instance, planning: Planning, connections: Connections): void {
  for (const member of instance.members.values()) {
    if (member.kind === 'step') {
      const { step, declared } = member;
      connections.set(
        step,
        blaming(planning, step, () => connectStep(step, declared, instance, planning)),
      );
    } else if (member.kind === 'graph') {
      const { graph } = member.instance;
      if (graph?.use !== undefined) checkUse(graph.use, member.instance, planning);
      connect(member.instance, planning, connections);
    }
  }
  checkOutPorts(instance, planning);
}

function connectStep(
  step: FlatStep,
  declared: DeclaredStep,
  instance: Instance,
  planning: Planning,
): readonly FlatInput[] {
  const bindings = declared.declaration.in ?? {};
  const inputs: FlatInput[] = [];
  for (const [port, binding] of Object.entries(bindings)) {
    const place = below(step.place, 'in', port);
    const spec = portOf(step.kind, port);
    if (spec === undefined)
      planning.list.add(unknownPort({ port, owner: `\`${step.kind.kind}\``, place }, Object.keys(step.kind.in)));
    else {
      const input = connectInput({ step, port, spec, place, binding, declared }, instance, planning);
      if (input !== undefined) inputs.push(input);
    }
  }
  const meant = meantNames(Object.keys(bindings), Object.keys(step.kind.in));
  for (const [port, spec] of Object.entries(step.kind.in)) {
    if (port === '*' || spec.optional === true || Object.hasOwn(bindings, port) || meant.has(port)) continue;
    const owner = `\`${step.localName}\` (\`${step.kind.kind}\`)`;
    planning.list.add(missingInput({ port, owner, place: step.place }, spec));
  }
  const order = Object.keys(step.kind.in);
  return inputs.sort((a, b) => rank(order, a.port) - rank(order, b.port));
}

function rank(order: readonly string[], port: string): number {
  const index = order.indexOf(port);
  return index === -1 ? order.length : index;
}

/** The port of a name; `*` stands for all that a kind does not name. */
export function portOf(kind: StepKind, port: string): InputPort | undefined {
  if (port !== '*' && Object.hasOwn(kind.in, port)) return kind.in[port];
  return kind.in['*'];
}

interface Connection {
  readonly step: FlatStep;
  readonly port: string;
  readonly spec: InputPort;
  readonly place: Place;
  readonly binding: Binding;
  readonly declared: DeclaredStep;
}

function connectInput(connection: Connection, instance: Instance, planning: Planning): FlatInput | undefined {
  const { step, port, spec, place, binding, declared } = connection;
  const resolution = resolveReference(instance, referenceIn(binding), { step: step.localName });
  const taker = `\`${port}\` of \`${step.localName}\``;
  if (
    !checkReference(
      resolution,
      { wanted: spec.kind, isOptional: spec.optional === true, taker, place, binding, instance, asker: step.localName },
      planning,
    )
  ) {
    planning.faulty.add(step);
    return undefined;
  }
  if (resolution.kind !== 'source') return undefined;
  const { source } = resolution;
  const own = typeof binding === 'string' ? undefined : binding.quorum;
  return {
    port,
    spec,
    place,
    source: { ...source, at: [...source.at, ...(declared.inputAt.get(port) ?? []), ...declared.at] },
    quorum: own === undefined ? source.quorum : { value: own, place: below(place, 'quorum') },
    isList: false,
  };
}

/** What a use gives to the ports of its graph; what its steps make of that is checked there. */
function checkUse(use: GraphUse, inner: Instance, planning: Planning): void {
  const declaration = inner.graph?.declaration;
  if (declaration === undefined) return;
  const bindings = use.declaration.in ?? {};
  const owner = `The graph \`${inner.graph?.name ?? ''}\``;
  for (const [port, binding] of Object.entries(bindings)) {
    const place = below(use.place, 'in', port);
    const declared = inPort(declaration, port);
    if (declared === undefined) planning.list.add(unknownPort({ port, owner, place }, Object.keys(declaration.in)));
    else {
      const resolution = resolveReference(use.instance, referenceIn(binding), { step: use.name });
      const wanted: Wanted = {
        wanted: declared.kind,
        isOptional: declared.optional,
        taker: `\`${port}\` of \`${use.name}\``,
        place,
        binding,
        instance: use.instance,
        asker: use.name,
      };
      checkReference(resolution, wanted, planning);
    }
  }
  const meant = meantNames(Object.keys(bindings), Object.keys(declaration.in));
  for (const port of Object.keys(declaration.in)) {
    const declared = inPort(declaration, port);
    if (declared === undefined || declared.optional || Object.hasOwn(bindings, port) || meant.has(port)) continue;
    const spec = { kind: declared.kind, summary: 'an in-port of the graph' };
    planning.list.add(missingInput({ port, owner, place: use.place }, spec));
  }
}

function checkOutPorts(instance: Instance, planning: Planning): void {
  for (const [port, reference] of Object.entries(instance.graph?.declaration.out ?? {})) {
    const resolution = resolveReference(instance, reference);
    // A cycle is told where uses of graphs are tied together, not inside the graphs.
    if (resolution.kind !== 'problem' || resolution.problem.reason === 'cycle' || instance.graph === undefined)
      continue;
    planning.list.add({ ...resolution.problem, location: valueLocation(below(instance.graph.place, 'out', port)) });
  }
}
