/** References to scalars that steps report: `variance.icc`, `main.score.alignment`. */
import { type Instance } from './instance.ts';
import { listNames, suggestion } from './nearest-name.ts';
import { type Resolution, resolveReference } from './resolve-reference.ts';

/** The `metrics` of the step that reports a scalar: a step, the one behind an out-port, or one inside a graph. */
export function resolveMetric(study: Instance, path: string): Resolution {
  const names = path.split('.');
  const metric = names.pop() ?? '';
  if (names.length === 0) {
    const remedy = 'Write the step and the scalar it reports, as in `variance.icc`.';
    return {
      kind: 'problem',
      problem: { reason: 'unknown-metric', message: `\`${path}\` names no step and scalar.`, remedy },
    };
  }
  const resolution = resolveStep(study, names);
  if (resolution.kind !== 'source') return resolution;
  const { step, at } = resolution.source;
  const metrics = Object.keys(step.kind.metrics);
  if (metrics.includes(metric)) return { kind: 'source', source: { step, output: 'metrics', at, quorum: undefined } };
  const message = `\`${step.localName}\` (\`${step.kind.kind}\`) reports no \`${metric}\`; ${suggestion(metric, metrics, 'metric')}`;
  const remedy =
    metrics.length === 0 ? 'Use `estimand:` to take a number from a table.' : `It reports ${listNames(metrics)}.`;
  return { kind: 'problem', problem: { reason: 'unknown-metric', message, remedy } };
}

function resolveStep(study: Instance, names: readonly string[]): Resolution {
  const [first = '', second = ''] = names;
  const member = study.members.get(first);
  const isPort = member?.kind === 'graph' && Object.hasOwn(member.instance.graph?.declaration.out ?? {}, second);
  const inner =
    member?.kind === 'graph' && !isPort && names.length === 2 ? member.instance.members.get(second) : undefined;
  if (inner?.kind === 'step')
    return { kind: 'source', source: { step: inner.step, output: '', at: [], quorum: undefined } };
  return resolveReference(study, names.join('.'));
}
