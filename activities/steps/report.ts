/** `report`: see schemas/steps/report and activities/report. */
import { type ArtifactKind } from '../../schemas/artifact.ts';
import { metricsSchema } from '../../schemas/metric.ts';
import { type Coordinates, cellName } from '../../schemas/plan.ts';
import { report } from '../../schemas/steps/report.ts';
import type { ColumnType, Columns, Row } from '../../schemas/table-schema.ts';
import { type GateOutcome, gateOutcomeSchema } from '../report/gate-outcome.ts';
import { renderSections } from '../report/render-sections.ts';
import type { ReportRow, ReportRows } from '../report/report-rows.ts';
import { type CellContext, type InputPart, stepBody } from '../step-body.ts';

type ReportCell = CellContext<typeof report>;

/** Ports of gates; every other port is named for the reference whose rows it takes. */
const gatePort = /^gates\./;

export const reportBody = stepBody(report, async cell => {
  const references = cell.ports.filter(port => !gatePort.test(port));
  const tables = new Map<string, ReportRows>();
  for (const [index, reference] of references.entries()) {
    tables.set(reference, await readReference(cell, reference));
    await cell.progress({ step: index + 1, steps: references.length });
  }
  const rowsOf = (reference: string) => tables.get(reference) ?? { columns: {}, rows: [], cells: [], missing: [] };
  const body = await renderSections(cell.with, rowsOf, await readGates(cell));
  return {
    outputs: { body: await cell.writeJson(JSON.parse(JSON.stringify(body))) },
    notes: { sections: body.sections.length, problems: body.sections.flatMap(section => section.problems) },
  };
});

/** Gates that were not decided are told of by the run's log, not here. */
async function readGates(cell: ReportCell): Promise<GateOutcome[]> {
  const ports = cell.ports.filter(port => gatePort.test(port) && cell.parts(port).length > 0);
  return Promise.all(ports.map(port => cell.json(port, gateOutcomeSchema)));
}

/** Rows of all parts at a port, each with the cell it came from; of metrics one row per scalar. */
async function readReference(cell: ReportCell, reference: string): Promise<ReportRows> {
  const rows: ReportRow[] = [];
  const parts = cell.parts(reference);
  const columns = new Map<string, ColumnType>();
  for (const part of parts) {
    const read = await readPart(cell, part);
    for (const axis of part.axes) columns.set(axis, 'category');
    for (const [name, type] of Object.entries(read.columns)) columns.set(name, type);
    for (const values of read.rows) rows.push({ values: { ...axisTexts(part), ...values }, cell: part.key });
  }
  const nameOf = ({ at, axes }: Pick<InputPart, 'at' | 'axes'>) => cellName(reference, placeOf(axes, at));
  return {
    columns: Object.fromEntries(columns),
    rows,
    cells: parts.map(part => ({ key: part.key, name: nameOf(part) })),
    missing: cell.missing(reference).map(part => ({ name: nameOf(part), reason: part.reason })),
  };
}

async function readPart(
  cell: ReportCell,
  { artifact }: InputPart,
): Promise<{ readonly columns: Columns; readonly rows: readonly Row[] }> {
  const readers: { readonly [kind in ArtifactKind]?: () => Promise<{ columns: Columns; rows: Row[] }> } = {
    table: async () => {
      const table = await cell.tableOf({ digest: artifact.digest });
      const rows: Row[] = [];
      for await (const row of table.rowsOf()) rows.push(row);
      return { columns: table.columns, rows };
    },
    json: async () => metricRows(await cell.jsonOf(artifact.digest, metricsSchema)),
  };
  const read = readers[artifact.kind];
  return read === undefined ? { columns: {}, rows: [] } : read();
}

const metricColumns = {
  metric: 'utf8',
  value: 'float64',
  n: 'int32',
  low: 'float64',
  high: 'float64',
  p: 'float64',
  note: 'utf8',
} as const satisfies Columns;

function metricRows(metrics: ReturnType<typeof metricsSchema.parse>) {
  const rows = Object.entries(metrics).map(
    ([metric, { value, n = null, low = null, high = null, p = null, note = null }]) => ({
      metric,
      value,
      n,
      low,
      high,
      p,
      note,
    }),
  );
  return { columns: metricColumns, rows };
}

function placeOf(axes: readonly string[], at: readonly (string | number | boolean)[]): Coordinates {
  return Object.fromEntries(axes.flatMap((axis, index) => (at[index] === undefined ? [] : [[axis, at[index]]])));
}

function axisTexts({ axes, at }: InputPart): Row {
  return Object.fromEntries(axes.map((axis, index) => [axis, String(at[index])]));
}
