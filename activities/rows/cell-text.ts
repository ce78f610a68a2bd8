/** A table's value as text: ids, labels and strata are compared by it. */
import type { CellValue } from '../../schemas/table-schema.ts';

/** Plain values as they print; lists and conversations as JSON; nothing as the empty text. */
export function cellText(value: CellValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
