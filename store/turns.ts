/** Steps that take turns: each begins when all that were asked for before it have ended, well or badly. */
export type TakeTurn = <Result>(step: () => Promise<Result>) => Promise<Result>;

export function createTurns(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve();
  return step => {
    const turn = last.then(step);
    last = turn.catch(() => undefined);
    return turn;
  };
}
