/** Whether what a reference leads to may arrive at a port: it is there, and of the right kind. */
import type { ArtifactKind } from '../schemas/artifact.ts';
import type { Location } from '../schemas/diagnostic.ts';
import { outputPorts } from '../schemas/step-kind.ts';
import type { Binding } from '../schemas/study.ts';
import { type Instance, inPort } from './instance.ts';
import { listNames } from './nearest-name.ts';
import { type Place, below, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { article } from './port-problems.ts';
import type { Resolution } from './resolve-reference.ts';

/** What a port asks of what is bound to it. */
export interface Wanted {
  readonly wanted: ArtifactKind | 'any';
  readonly isOptional: boolean;
  /** The port in words. */
  readonly taker: string;
  readonly place: Place;
  readonly binding: Binding;
  /** Where the reference stands: what else it might name. */
  readonly instance: Instance;
  readonly asker: string;
}

/** Whether a resolution may stay as it is; otherwise what is wrong is listed (at its own place, where that is elsewhere). */
export function checkReference(resolution: Resolution, wanted: Wanted, planning: Planning): boolean {
  switch (resolution.kind) {
    case 'problem':
      planning.list.add({ ...resolution.problem, location: referenceLocation(wanted) });
      return false;
    case 'broken':
      return false;
    case 'absent':
      if (wanted.isOptional) return true;
      planning.list.add({
        reason: 'missing-input',
        location: referenceLocation(wanted),
        message: `${wanted.taker} is required, and the in-port \`${referenceIn(wanted.binding)}\`, which it takes, is left open by a use of the graph.`,
        remedy: 'Make the in-port required, or give it an artifact wherever the graph is used.',
      });
      return false;
    case 'open':
      return checkKind(resolution.artifact, wanted, planning);
    default: {
      const { step, output } = resolution.source;
      const found = Object.entries(outputPorts(step.kind)).find(([name]) => name === output)?.[1].kind;
      return found === undefined || checkKind(found, wanted, planning);
    }
  }
}

function referenceLocation({ binding, place }: Wanted): Location {
  return valueLocation(typeof binding === 'string' ? place : below(place, 'from'));
}

function checkKind(found: ArtifactKind, asked: Wanted, planning: Planning): boolean {
  const { wanted, taker, binding, instance, asker } = asked;
  if (wanted === 'any' || wanted === found) return true;
  const offers = referencesTo(wanted, instance, asker);
  planning.list.add({
    reason: 'wrong-artifact-kind',
    location: referenceLocation(asked),
    message: `${capitalised(taker)} takes ${article(wanted)}; \`${referenceIn(binding)}\` is ${article(found)}.`,
    remedy: `Name an output that is ${article(wanted)}${offers.length === 0 ? '' : `, such as ${listNames(offers, 3)}`}.`,
  });
  return false;
}

/** What may be named here and is of a kind: in-ports, and the first such output of each other step. */
function referencesTo(kind: ArtifactKind, { graph, members }: Instance, asker: string): string[] {
  const ports = Object.keys(graph?.declaration.in ?? {});
  const fitting = ports.filter(port => graph !== undefined && inPort(graph.declaration, port)?.kind === kind);
  const named = [...members].flatMap(([name, member]) => {
    if (member.kind !== 'step' || name === asker) return [];
    const outputs = Object.entries(member.step.kind.out);
    const output = outputs.find(([, port]) => port.kind === kind && port.kept === undefined)?.[0];
    if (output === undefined) return [];
    return [output === outputs[0]?.[0] ? name : `${name}.${output}`];
  });
  return [...fitting, ...named];
}

/** The reference of a binding. */
export function referenceIn(binding: Binding): string {
  return typeof binding === 'string' ? binding : binding.from;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
