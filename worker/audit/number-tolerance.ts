/** When two numbers count as the same: only asked where another numerical backend made the second one. */

export interface NumberTolerance {
  /** Share of the larger magnitude by which they may differ. */
  readonly relative: number;
  /** Numbers closer than this are the same whatever their size: differences of rounding around zero. */
  readonly absolute: number;
}

/** Bytes that differ show in some number, however little. */
export const exactly: NumberTolerance = { relative: 0, absolute: 0 };

/**
 * By kind of artifact. Float32 kernels sum in different orders, which costs about 1e-7 an operation and some digits
 * more over a training; a tensor is judged by its own largest weight, since small ones carry the noise of large ones.
 */
export const declaredTolerances = {
  table: { relative: 1e-4, absolute: 1e-6 },
  json: { relative: 1e-4, absolute: 1e-6 },
  weights: { relative: 1e-4, absolute: 0 },
} as const satisfies { readonly [kind: string]: NumberTolerance };

/** `scale`: a magnitude that both are judged by, beyond their own. */
export function isClose(a: number, b: number, { relative, absolute }: NumberTolerance, scale = 0): boolean {
  if (Object.is(a, b) || a === b) return true;
  const difference = Math.abs(a - b);
  return difference <= absolute || difference <= relative * Math.max(Math.abs(a), Math.abs(b), scale);
}
