/** References (`sft`, `sft.model`, `main.score`, an in-port) → the output of a step that they mean. */
import type { ArtifactKind } from '../schemas/artifact.ts';
import { type OutputPort, outputPorts } from '../schemas/step-kind.ts';
import type { Problem } from './diagnostic-list.ts';
import type { FlatStep, Source } from './flat-step.ts';
import { type Instance, inPort } from './instance.ts';
import { listNames, remedyFor, suggestion } from './nearest-name.ts';
import { below, keyLocation } from './place.ts';

export type Resolution =
  | { readonly kind: 'source'; readonly source: Source }
  /** An in-port of a graph that nothing uses: only its kind is known. */
  | { readonly kind: 'open'; readonly artifact: ArtifactKind }
  /** An optional in-port that a use leaves open. */
  | { readonly kind: 'absent' }
  /** It leads to something whose problems are listed elsewhere. */
  | { readonly kind: 'broken' }
  /** The reference itself is at fault. */
  | { readonly kind: 'problem'; readonly problem: Omit<Problem, 'location'> };

/** Who asks, and which references led here: through graphs they might lead in a cycle. */
export interface Asker {
  /** The step whose input it is: it never means itself, so that its own name is the in-port of that name. */
  readonly step?: string;
  readonly visited?: readonly string[];
}

/** Steps hide in-ports of the same name. */
export function resolveReference(
  instance: Instance,
  reference: string,
  { step, visited = [] }: Asker = {},
): Resolution {
  const visit = `${instance.prefix} ${step ?? ''} ${reference}`;
  if (visited.includes(visit)) return endless(reference);
  const [name = '', ...rest] = reference.split('.');
  const member = name === step && hasPort(instance, name) ? undefined : instance.members.get(name);
  if (member === undefined) {
    if (!hasPort(instance, name)) return unknownStep(instance, name);
    return rest.length > 0 ? outputOfPort(name) : resolvePort(instance, name, [...visited, visit]);
  }
  if (member.kind === 'broken') return member;
  if (member.kind === 'step') return resolveOutput(member.step, rest);
  return resolveGraphPort(member.instance, name, rest, [...visited, visit]);
}

function hasPort({ graph }: Instance, name: string): boolean {
  return graph !== undefined && inPort(graph.declaration, name) !== undefined;
}

/** The output of a name, checked against the kind; without a name the first. */
function resolveOutput(step: FlatStep, [written, ...more]: readonly string[]): Resolution {
  const outputs = outputPorts(step.kind);
  const names = Object.keys(outputs);
  const output = written ?? names[0] ?? '';
  const port = outputNamed(outputs, output);
  if (port === undefined || more.length > 0) {
    const unknown = [output, ...more].join('.');
    return problem({
      reason: 'unknown-output',
      message: `\`${step.localName}\` (\`${step.kind.kind}\`) has no output \`${unknown}\`; ${suggestion(output, names, 'output')}`,
      remedy: remedyFor(output, names, `Name one of its outputs: ${listNames(names)}.`, `${step.localName}.`),
    });
  }
  if (port.kept !== undefined && !step.keep.includes(port.kept)) {
    return problem({
      reason: 'output-not-kept',
      message: `The output \`${output}\` of \`${step.localName}\` is there only if the step keeps it.`,
      remedy: `Add \`keep: ${port.kept}\` to \`${step.localName}\`.`,
      related: [{ location: keyLocation(step.place), note: 'this step' }],
    });
  }
  return { kind: 'source', source: { step, output, at: [], quorum: undefined } };
}

function outputNamed(outputs: { readonly [name: string]: OutputPort }, name: string): OutputPort | undefined {
  return Object.hasOwn(outputs, name) ? outputs[name] : undefined;
}

function resolveGraphPort(
  instance: Instance,
  use: string,
  [written, ...more]: readonly string[],
  visited: readonly string[],
): Resolution {
  const ports = instance.graph?.declaration.out ?? {};
  const names = Object.keys(ports);
  const port = written ?? (names.length === 1 ? names[0] : undefined);
  if (port === undefined) {
    return problem({
      reason: 'unknown-output',
      message: `\`${use}\` is a graph with several out-ports: ${listNames(names)}.`,
      remedy: `Name one of them, as in \`${use}.${names[0] ?? 'port'}\`.`,
    });
  }
  const target = Object.hasOwn(ports, port) && more.length === 0 ? ports[port] : undefined;
  if (target === undefined) {
    const unknown = [port, ...more].join('.');
    return problem({
      reason: 'unknown-output',
      message: `\`${use}\` (graph \`${instance.graph?.name ?? ''}\`) has no out-port \`${unknown}\`; ${suggestion(port, names, 'out-port')}`,
      remedy: remedyFor(port, names, 'Name an out-port, or add one to the graph’s `out:`.', `${use}.`),
    });
  }
  const resolution = resolveReference(instance, target, { visited });
  return seenFromOutside(resolution);
}

/** What the use of a graph gives to an in-port, with the `at` and quorum it says. */
function resolvePort(instance: Instance, port: string, visited: readonly string[]): Resolution {
  const { graph } = instance;
  if (graph === undefined) throw new Error('internal: the study has no in-ports');
  graph.asked.ports.add(port);
  const declared = inPort(graph.declaration, port);
  const { use } = graph;
  if (declared === undefined || use === undefined) return { kind: 'open', artifact: declared?.kind ?? 'json' };
  const bindings = use.declaration.in ?? {};
  const binding = Object.hasOwn(bindings, port) ? bindings[port] : undefined;
  if (binding === undefined) return declared.optional ? { kind: 'absent' } : { kind: 'broken' };
  const reference = typeof binding === 'string' ? binding : binding.from;
  const resolution = resolveReference(use.instance, reference, { step: use.name, visited });
  if (resolution.kind !== 'source') return seenFromOutside(resolution);
  const { source } = resolution;
  const quorum = typeof binding === 'string' ? undefined : binding.quorum;
  const place = below(use.place, 'in', port, 'quorum');
  return {
    kind: 'source',
    source: {
      ...source,
      at: [...source.at, ...(use.inputAt.get(port) ?? []), ...use.at],
      quorum: quorum === undefined ? source.quorum : { value: quorum, place },
    },
  };
}

/** What is wrong with a reference is told where it stands, not where it leads from; a cycle stands nowhere else. */
function seenFromOutside(resolution: Resolution): Resolution {
  return resolution.kind === 'problem' && resolution.problem.reason !== 'cycle' ? { kind: 'broken' } : resolution;
}

function unknownStep(instance: Instance, name: string): Resolution {
  const ports = Object.keys(instance.graph?.declaration.in ?? {});
  const names = [...instance.members.keys(), ...ports];
  const where = instance.graph === undefined ? 'The study' : `The graph \`${instance.graph.name}\``;
  const noun = instance.graph === undefined ? 'step' : 'step or in-port';
  return problem({
    reason: 'unknown-reference',
    message: `${where} has no ${noun} \`${name}\`; ${suggestion(name, names, noun)}`,
    remedy:
      instance.graph === undefined
        ? remedyFor(name, names, 'Name a step of the study.')
        : remedyFor(name, names, 'A graph sees only its own steps and in-ports: hand the artifact in through `in:`.'),
  });
}

function outputOfPort(name: string): Resolution {
  return problem({
    reason: 'unknown-output',
    message: `\`${name}\` is an in-port: one artifact, without outputs of its own.`,
    remedy: `Write \`${name}\`.`,
  });
}

function endless(reference: string): Resolution {
  return problem({
    reason: 'cycle',
    message: `\`${reference}\` leads through in-ports and out-ports back to itself.`,
    remedy: 'Let one of these ports come from a step.',
  });
}

function problem(found: Omit<Problem, 'location'>): Resolution {
  return { kind: 'problem', problem: found };
}
