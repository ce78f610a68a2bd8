/** What a person ordered of a run, in words for logs and reports. */

export interface OrderGiven {
  /** `ann@host`. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** `ended by ann@host: it diverges`. */
export function describeOrder(done: 'ended' | 'approved' | 'rejected', { by, reason }: OrderGiven): string {
  return `${done} by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}
