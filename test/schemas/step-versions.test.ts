/**
 * A step kind's version is how its code is part of a key: results of other code must never be taken for its own. So a
 * body whose source changes either raises its version or is said to give the same results as before.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bodyOf, kindsWithBodies } from '../../activities/steps/bodies.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { digestOfText, sourceDigests } from './step-source.ts';

const golden = fileURLToPath(new URL('../golden/step-sources.json', import.meta.url));
const update = 'npx vitest run test/schemas/step-versions.test.ts --update';

interface StepSource {
  readonly version: number;
  /** Of the bundled body and its declaration. */
  readonly sha256: string;
}

type StepSources = Readonly<Record<string, StepSource>>;

const goldenSchema = z.record(z.string(), z.strictObject({ version: z.int(), sha256: z.string().length(64) }));

/** What stands against the sources as they are now, kind by kind; nothing where each change raised its version. */
function breaches(before: StepSources, now: StepSources): string[] {
  return Object.entries(now).flatMap(([kind, { version, sha256 }]) => {
    const old = before[kind];
    if (old === undefined || (old.version === version && old.sha256 === sha256) || version > old.version) return [];
    if (version < old.version) return [`${kind}: its version was ${old.version} and is ${version}; versions only rise`];
    return [
      `${kind}: its source has changed, and its version is ${version} as before. Raise \`version\` in ` +
        `schemas/steps/${kind}.ts, then run: ${update}. Only where no result can differ (comments, names, a pure ` +
        `refactoring), run instead: UPDATE_GOLDEN=same-results ${update}`,
    ];
  });
}

async function sourcesNow(): Promise<StepSources> {
  const kinds = [...stepKinds.keys()].sort();
  const digests = await sourceDigests(Object.fromEntries(kinds.map(kind => [kind, `activities/steps/${kind}.ts`])));
  return Object.fromEntries(
    kinds.map(kind => [kind, { version: stepKinds.get(kind)?.version ?? 0, sha256: digests.get(kind) ?? '' }]),
  );
}

test('a step kind whose source has changed has raised its version', async () => {
  const now = await sourcesNow();
  const before = existsSync(golden) ? goldenSchema.parse(JSON.parse(readFileSync(golden, 'utf8'))) : {};
  if (process.env['UPDATE_GOLDEN'] !== 'same-results') expect(breaches(before, now).join('\n')).toBe('');
  await expect(
    `${JSON.stringify(now, null, 2)}\n`,
    `test/golden/step-sources.json is behind the sources; run: ${update}`,
  ).toMatchFileSnapshot(golden);
});

test('every declared kind has a body, every body a declaration, and both name each other', async () => {
  expect([...kindsWithBodies].sort()).toEqual([...stepKinds.keys()].sort());
  for (const [name, kind] of stepKinds) {
    expect(kind.kind).toBe(name);
    expect((await bodyOf(name)).kind).toBe(kind);
  }
});

describe('the guard', () => {
  const before = { a: { version: 1, sha256: '1'.repeat(64) } };

  test.each([
    ['nothing changed', { version: 1, sha256: '1'.repeat(64) }, ''],
    ['a changed source under a raised version', { version: 2, sha256: '2'.repeat(64) }, ''],
    ['a raised version of the same source', { version: 2, sha256: '1'.repeat(64) }, ''],
    ['a changed source under the version it had', { version: 1, sha256: '2'.repeat(64) }, 'a: its source has changed'],
    ['a lowered version', { version: 0, sha256: '2'.repeat(64) }, 'a: its version was 1 and is 0'],
  ])('finds %s as it should', (_, now, expected) => {
    const found = breaches(before, { a: now, b: { version: 1, sha256: '3'.repeat(64) } }).join('\n');
    expect(found.slice(0, expected.length)).toBe(expected);
    expect(found === '').toBe(expected === '');
  });

  const body = `import { stepBody } from '../step-body.ts';
import { normalise } from '../rows/overlap.ts';
export const body = stepBody({ kind: 'a' } as never, async () => ({ outputs: { a: normalise('A') as never } }));`;

  test('does not see comments, formatting, types or imports that nothing uses', async () => {
    const same = `/** A body. */
      import type { Json } from '../../schemas/json.ts';
      ${body.replaceAll(' => ', '  =>  ').replace('async () =>', 'async (): Promise<never> =>')} // the end
    `;
    expect(await digestOfText(same)).toBe(await digestOfText(body));
  });

  test.each([
    ['the body', body.replace("'A'", "'B'")],
    ['its declaration', body.replace("kind: 'a'", "kind: 'a', version: 2")],
    ['which of our functions it uses', body.replaceAll('normalise', 'overlapFailure')],
  ])('sees a change of %s', async (_, text) => {
    expect(await digestOfText(text)).not.toBe(await digestOfText(body));
  });
});
