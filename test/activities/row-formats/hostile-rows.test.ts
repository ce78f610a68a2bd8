import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellFailure } from '../../../activities/cell-failure.ts';
import { loadRowsBody } from '../../../activities/steps/load-rows.ts';
import { runBody } from '../steps/run-body.ts';
import { loading } from '../steps/user-files.ts';

/** Bytes that make lengths and offsets huge, negative or zero. */
const hostileBytes = fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xff);

const damages = (bytes: number) =>
  fc.record({
    edits: fc.array(fc.tuple(fc.nat(bytes - 1), hostileBytes), { minLength: 1, maxLength: 4 }),
    end: fc.option(fc.nat(bytes), { freq: 4, nil: bytes }),
  });

test.each(['conversations.arrow', 'conversations.parquet'])(
  'whatever is damaged in %s, its rows are read or it is said to be damaged, and the process goes on',
  async name => {
    const sound = readFileSync(new URL(name, import.meta.url));
    const said = new Set<string>();
    await fc.assert(
      fc.asyncProperty(damages(sound.length), async ({ edits, end }) => {
        const bytes = Buffer.from(sound);
        for (const [at, value] of edits) bytes[at] = value;
        const failure = await runBody(loadRowsBody, loading(`damaged-${name}`, bytes.subarray(0, end))).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) return;
        expect(failure).toBeInstanceOf(CellFailure);
        const { class: blamed, message } = failure as CellFailure;
        expect({ blamed, message }).toMatchObject({ blamed: 'user', message: expect.stringContaining(name) });
        expect(message).not.toMatch(/internal:|Cannot (read|destructure)|is not a function/);
        said.add(message);
      }),
      { numRuns: 300 },
    );
    expect(said.size).toBeGreaterThan(5);
  },
);
