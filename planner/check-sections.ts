/** What gates and the report ask of their inputs, once it is known what arrives: single numbers, columns that exist. */
import type { ReportFigure, ReportTable } from '../schemas/report.ts';
import { checkRowExpression } from './expression.ts';
import type { FlatStep } from './flat-step.ts';
import type { FlatStudy } from './flatten-study.ts';
import type { FlatGate } from './gates.ts';
import { listNames, remedyFor, suggestion } from './nearest-name.ts';
import { type Place, below, valueLocation } from './place.ts';
import { type Planning, blaming } from './planning.ts';
import type { ShapedInput, ShapedStep } from './shaped-step.ts';
import { type TableColumns, columnsAt } from './table-columns.ts';

export function checkSections(study: FlatStudy, shaped: ReadonlyMap<FlatStep, ShapedStep>, planning: Planning): void {
  for (const gate of study.gates) {
    const step = shaped.get(gate.step);
    if (step !== undefined) blaming(planning, gate.step, () => checkGate(gate, step, planning));
  }
  const report = [...shaped.values()].find(({ step }) => step.name === 'report' && step.kind.kind === 'report');
  if (report !== undefined) blaming(planning, report.step, () => checkReport(report, planning));
}

function checkGate(gate: FlatGate, { inputs }: ShapedStep, planning: Planning): void {
  for (const { port, quantity, place } of gate.operands) {
    const shaped = inputs.find(({ input }) => input.port === port);
    if (shaped === undefined) continue;
    if ('metric' in quantity) requireOne(gate, shaped, planning);
    else {
      const columns = columnsAt(shaped);
      requireColumn(quantity.column, columns, below(place, 'column'), planning);
      if (quantity.where !== undefined) checkWhere(quantity.where, columns, below(place, 'where'), planning);
    }
  }
}

function requireOne(gate: FlatGate, { gathered, input, source }: ShapedInput, { list }: Planning): void {
  const axes = gathered.map(({ name }) => name);
  const [first = ''] = axes;
  if (axes.length === 0) return;
  const values = gathered.reduce((product, axis) => product * axis.values.length, 1);
  list.add({
    reason: 'gate-of-many',
    location: valueLocation(input.place),
    message: `The gate \`${gate.name}\` needs one number; \`${source.step.name}\` reports ${values}, one for each value of ${listNames(axes)}.`,
    remedy: `Fix the axis with \`at: { ${first}: … }\`, or use \`estimand:\` to take a mean over rows.`,
  });
}

type From = ReportTable['from'];

function checkReport({ step, inputs }: ShapedStep, planning: Planning): void {
  const sections = planning.source.declaration.report?.sections ?? [];
  const byReference = new Map(inputs.map(input => [input.input.port, input]));
  for (const [index, { table, figure }] of sections.entries()) {
    const place = below(step.place, 'sections', index);
    if (table !== undefined) checkTable(table, columnsFrom(table.from, byReference), below(place, 'table'), planning);
    if (figure !== undefined)
      checkFigure(figure, columnsFrom(figure.from, byReference), below(place, 'figure'), planning);
  }
}

/** The columns of stacked tables: those of any of them, and the label. */
function columnsFrom(from: From, inputs: ReadonlyMap<string, ShapedInput>): TableColumns {
  const references = typeof from === 'string' ? [from] : Object.values(from);
  const all = references.map(reference => {
    const input = inputs.get(reference);
    return input === undefined || input.kind !== 'table' ? undefined : columnsAt(input);
  });
  const columns = new Map(all.flatMap(each => [...(each?.columns ?? [])]));
  if (typeof from !== 'string') columns.set('source', 'category');
  return { columns, isOpen: all.some(each => each === undefined || each.isOpen) };
}

function checkTable(table: ReportTable, columns: TableColumns, place: Place, planning: Planning): void {
  const { where, group_by: groupBy, statistics = {} } = table;
  const made = new Map([...columns.columns, ...Object.keys(statistics).map(name => [name, 'float64'] as const)]);
  const result: TableColumns = { columns: made, isOpen: columns.isOpen };
  if (where !== undefined) checkWhere(where, columns, below(place, 'where'), planning);
  for (const [index, name] of (table.columns ?? []).entries())
    requireColumn(name, result, below(place, 'columns', index), planning);
  for (const [index, name] of (groupBy ?? []).entries())
    requireColumn(name, columns, below(place, 'group_by', index), planning);
  for (const [name, { column }] of Object.entries(statistics))
    requireColumn(column, columns, below(place, 'statistics', name, 'column'), planning);
  if (table.sort !== undefined) requireColumn(table.sort, result, below(place, 'sort'), planning);
}

function checkFigure(figure: ReportFigure, columns: TableColumns, place: Place, planning: Planning): void {
  if (figure.where !== undefined) checkWhere(figure.where, columns, below(place, 'where'), planning);
  for (const key of ['x', 'y', 'color', 'facet', 'low', 'high'] as const) {
    const channel = figure[key];
    if (channel === undefined) continue;
    if (typeof channel === 'string') requireColumn(channel, columns, below(place, key), planning);
    else requireColumn(channel.column, columns, below(place, key, 'column'), planning);
  }
}

function requireColumn(name: string, { columns, isOpen }: TableColumns, place: Place, { list }: Planning): void {
  if (isOpen || columns.has(name)) return;
  list.add({
    reason: 'missing-column',
    location: valueLocation(place),
    message: `There is no column \`${name}\`; ${suggestion(name, columns.keys(), 'column')}`,
    remedy: remedyFor(name, columns.keys(), `Name one of the columns ${listNames([...columns.keys()], 20)}.`),
  });
}

function checkWhere(where: string, columns: TableColumns, place: Place, { list }: Planning): void {
  const problem = checkRowExpression(where, columns.isOpen ? undefined : [...columns.columns.keys()]);
  if (problem === undefined) return;
  const { reason, message, remedy, range } = problem;
  list.add({ reason, location: valueLocation(place, range), message, remedy });
}
