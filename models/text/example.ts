/** What a model trains on and is scored by: token ids, and which of them it is to predict. */
export interface Example {
  readonly tokens: Int32Array;
  /**
   * Per token: 0, or a target: 1 for a token of the answer, 2 for one that closes it. The first token is never a target,
   * having nothing before it.
   */
  readonly targets: Uint8Array;
}

/** Positions of the target tokens, without those that close an answer where they are left out. */
export function targetPositions({ targets }: Example, closing: 'included' | 'excluded' = 'included'): number[] {
  const isWanted = (target: number | undefined) => target === 1 || (target === 2 && closing === 'included');
  return Array.from(targets.keys()).filter(position => isWanted(targets[position]));
}
