/** A study's many gates as one row of a table of steps: they are for the verdicts, not for the steps, to list. */

interface StepRow {
  readonly step: string;
  readonly use: string;
}

/** So many gates are still shown one by one. */
const shownGates = 3;

/** The rows with those of gates, where there are more than a few, in one row at the place of the first. */
export function foldGates<Row extends StepRow>(rows: readonly Row[], sum: (name: string, gates: Row[]) => Row): Row[] {
  const gates = rows.filter(({ use }) => use === 'gate');
  if (gates.length <= shownGates) return [...rows];
  const [first] = gates;
  const folded = sum(`${gates.length} gates`, gates);
  return rows.flatMap(row => (row === first ? [folded] : row.use === 'gate' ? [] : [row]));
}
