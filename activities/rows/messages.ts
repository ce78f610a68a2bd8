/** Conversations out of table values. */
import type { CellValue, Message } from '../../schemas/table-schema.ts';

/** The turns; none where the value is no conversation. */
export function messagesOf(value: CellValue | undefined): readonly Message[] {
  return Array.isArray(value) ? value.filter(isMessage) : [];
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'role' in value && 'content' in value;
}
