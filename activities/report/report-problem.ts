/** What keeps one section of a report from being drawn; said in its place, so that the other sections still appear. */

/** The message says what is wrong and how to mend it, in words for the study's author. */
export class ReportProblem extends Error {
  override readonly name = 'ReportProblem';
}

/** Throws where a column that the report names is not there. */
export function requireColumn(column: string, columns: readonly string[]): void {
  if (columns.includes(column)) return;
  const known = columns.length === 0 ? 'they have none' : `they have ${columns.map(name => `\`${name}\``).join(', ')}`;
  throw new ReportProblem(`The rows have no column \`${column}\`; ${known}.`);
}
