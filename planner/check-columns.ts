/** Whether tables have the columns that ports ask for, as far as declarations tell. */
import type { FlatStep } from './flat-step.ts';
import { listNames, nearestName } from './nearest-name.ts';
import { valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { ShapedInput } from './shaped-step.ts';
import { columnsAt, isReadableAs } from './table-columns.ts';

export function checkColumns(step: FlatStep, shaped: ShapedInput, { list }: Planning): void {
  const { input, source, output, kind } = shaped;
  if (kind !== 'table') return;
  const { columns, isOpen } = columnsAt(shaped);
  const missing: string[] = [];
  for (const [name, wanted] of Object.entries(input.spec.columns ?? {})) {
    const found = columns.get(name);
    if (found === undefined && !isOpen) missing.push(name);
    if (found === undefined || isReadableAs(found, wanted)) continue;
    list.add({
      reason: 'missing-column',
      location: valueLocation(input.place),
      message: `\`${input.port}\` of \`${step.localName}\` wants the column \`${name}\` as \`${wanted}\`; \`${source.step.localName}.${output}\` has it as \`${found}\`.`,
      remedy: 'Take a table whose column has that type.',
    });
  }
  if (missing.length === 0) return;
  const nearest = missing.flatMap(name => nearestName(name, columns.keys()) ?? []);
  list.add({
    reason: 'missing-column',
    location: valueLocation(input.place),
    message: `\`${input.port}\` of \`${step.localName}\` needs the ${missing.length === 1 ? 'column' : 'columns'} ${listNames(missing)}; \`${source.step.localName}.${output}\` has ${listNames([...columns.keys()])}.`,
    remedy:
      nearest.length === 0
        ? 'Take a table that has them.'
        : `Take a table that has them; the nearest here ${nearest.length === 1 ? 'is' : 'are'} ${listNames(nearest)}.`,
  });
}
