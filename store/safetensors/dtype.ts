/** Number formats of stored tensors, in the order in which the reference implementation lays their tensors out. */

/** Bytes of one number. */
export const dtypeBytes = { I64: 8, F32: 4, I32: 4, BF16: 2, F16: 2 } as const;
export type Dtype = keyof typeof dtypeBytes;

/** Earlier ones first in a file: the widest, so that every tensor begins at a multiple of its numbers' size. */
export const dtypeOrder: readonly Dtype[] = ['I64', 'F32', 'I32', 'BF16', 'F16'];

export function isDtype(text: unknown): text is Dtype {
  return typeof text === 'string' && Object.hasOwn(dtypeBytes, text);
}
