/** What is wrong with a port as such: there is none of that name, or it is left open. */
import type { ArtifactKind } from '../schemas/artifact.ts';
import type { InputPort } from '../schemas/step-kind.ts';
import type { Problem } from './diagnostic-list.ts';
import { listNames, remedyFor, suggestion } from './nearest-name.ts';
import { type Place, keyLocation } from './place.ts';
import { findNode } from './source-node.ts';

interface Port {
  readonly port: string;
  /** The step or graph, as the subject of a sentence. */
  readonly owner: string;
  readonly place: Place;
}

export function unknownPort({ port, owner, place }: Port, ports: readonly string[]): Problem {
  return {
    reason: 'unknown-port',
    location: keyLocation(place),
    message: `${owner} has no input port \`${port}\`; ${suggestion(port, ports, 'input port')}`,
    remedy: ports.length === 0 ? 'Remove it.' : remedyFor(port, ports, `Its ports are ${listNames(ports)}.`),
  };
}

export function missingInput(
  { port, owner, place }: Port,
  { kind, summary }: Pick<InputPort, 'kind' | 'summary'>,
): Problem {
  const isWritten = findNode(place.document.root, [...place.path, 'in']).value !== undefined;
  return {
    reason: 'missing-input',
    location: keyLocation(place),
    message: `${owner} lacks its input \`${port}\`.`,
    remedy: `Add ${isWritten ? `\`${port}: …\` to its \`in:\`` : `\`in: { ${port}: … }\``}: ${article(kind)} (${summary}).`,
  };
}

/** An artifact kind as a noun. */
export function article(kind: ArtifactKind | 'any'): string {
  return { table: 'a table', weights: 'weights', tree: 'a tree', json: 'a JSON value', any: 'any artifact' }[kind];
}
