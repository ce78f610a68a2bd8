/** What an audit found, for people: counts by step, and each cell that did not come out the same. */
import type { AuditVerdict, AuditedCell } from '../audit/audit-cell.ts';
import { count, grouped } from './quantities.ts';
import type { Paint } from './terminal.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

const verdicts = ['equal', 'within-tolerance', 'different', 'failed', 'unavailable'] as const satisfies AuditVerdict[];

export type VerdictCounts = { readonly [verdict in AuditVerdict]: number };

export function verdictCounts(audited: readonly AuditedCell[]): VerdictCounts {
  const counts = { equal: 0, 'within-tolerance': 0, different: 0, failed: 0, unavailable: 0 };
  for (const { verdict } of audited) counts[verdict] += 1;
  return counts;
}

export function auditLines(audited: readonly AuditedCell[], paint: Paint, width: number): string[] {
  const all = verdictCounts(audited);
  const shown = verdicts.filter(verdict => all[verdict] > 0);
  const steps = [...new Set(audited.map(({ step }) => step))];
  const columns = [
    { title: 'step', flexible: true as const },
    ...shown.map(verdict => ({ title: verdict.replace('-', ' '), align: 'right' as const })),
  ];
  const rows = steps.map(step => {
    const counts = verdictCounts(audited.filter(each => each.step === step));
    return [step, ...shown.map(verdict => (counts[verdict] === 0 ? '' : grouped(counts[verdict])))];
  });
  const [head = '', ...lines] = textTable(columns, rows, width);
  const odd = audited.filter(({ verdict }) => verdict !== 'equal');
  return [
    paint.bold(head),
    ...lines,
    '',
    ...odd.flatMap(each => [
      `${mark(each.verdict, paint)}  ${each.cell}  ${each.key.slice(0, 12)}`,
      ...wrapText(each.detail ?? '', width - 8).map(line => `        ${line}`),
    ]),
    `${count(audited.length, 'cell')} made again: ${shown.map(verdict => `${grouped(all[verdict])} ${verdict.replace('-', ' ')}`).join(', ')}`,
  ];
}

function mark(verdict: AuditVerdict, paint: Paint): string {
  const bad = verdict === 'different' || verdict === 'failed';
  return bad ? paint.red(verdict) : paint.yellow(verdict.replace('-', ' '));
}
