/** In-ports, parameters and seeds that a graph declares in vain. */
import type { DiagnosticList } from './diagnostic-list.ts';
import type { GraphFrame, Instance } from './instance.ts';
import { below, keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';

/** Lists in-ports, parameters and seeds that a graph declares and none of its steps asks for. */
export function checkUnusedParts(instance: Instance, planning: Planning): void {
  for (const member of instance.members.values()) {
    if (member.kind === 'graph') checkUnusedParts(member.instance, planning);
  }
  const { graph } = instance;
  // A step with problems might ask for more once it is mended.
  if (graph !== undefined && !hasProblems(instance, planning)) listUnused(graph, planning.list);
}

function hasProblems(instance: Instance, { faulty }: Planning): boolean {
  return [...instance.members.values()].some(
    member =>
      member.kind === 'broken' ||
      (member.kind === 'step' && faulty.has(member.step)) ||
      (member.kind === 'graph' && hasBroken(member.instance)),
  );
}

function hasBroken(instance: Instance): boolean {
  return [...instance.members.values()].some(member => member.kind === 'broken');
}

function listUnused({ name, declaration, place, asked }: GraphFrame, list: DiagnosticList): void {
  const parts: [noun: string, key: string, names: readonly string[], asked: ReadonlySet<string>][] = [
    ['in-port', 'in', Object.keys(declaration.in), asked.ports],
    ['parameter', 'with', Object.keys(declaration.with), asked.parameters],
    ['seed', 'seeds', declaration.seeds, asked.seeds],
  ];
  for (const [noun, key, names, used] of parts) {
    for (const [index, part] of names.entries()) {
      if (used.has(part)) continue;
      const at = below(place, key, key === 'seeds' ? index : part);
      list.add({
        reason: 'unused-graph-part',
        location: key === 'seeds' ? valueLocation(at) : keyLocation(at),
        message: `No step of the graph \`${name}\` uses its ${noun} \`${part}\`.`,
        remedy: noun === 'in-port' ? `Name it in the \`in:\` of a step, or remove it.` : 'Use it, or remove it.',
      });
    }
  }
}
