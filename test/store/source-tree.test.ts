/** The digest of code: what programs leave behind does not change it, and everything else does. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../schemas/identity.ts';
import { UnsafePathError } from '../../store/errors.ts';
import { digestSourceTree } from '../../store/source-tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'espalier-code-'));
  mkdirSync(path.join(root, 'lib'));
  writeFileSync(path.join(root, 'train.py'), 'print()');
  writeFileSync(path.join(root, 'lib', 'a.py'), 'a');
});
afterEach(() => rmSync(root, { recursive: true }));

test('a file has the digest of its bytes, and what is not there has none', () => {
  expect(digestSourceTree(path.join(root, 'train.py'))).toEqual({ digest: digestOf('print()'), bytes: 7 });
  expect(digestSourceTree(path.join(root, 'absent'))).toBeUndefined();
});

test.each([
  ['content', () => writeFileSync(path.join(root, 'lib', 'a.py'), 'b')],
  ['a name', () => renameSync(path.join(root, 'lib', 'a.py'), path.join(root, 'lib', 'b.py'))],
  ['a place', () => renameSync(path.join(root, 'lib', 'a.py'), path.join(root, 'a.py'))],
  ['another file', () => writeFileSync(path.join(root, 'lib', 'b.py'), '')],
])('a folder’s digest changes with %s', (_, change) => {
  const before = digestSourceTree(root)?.digest;
  change();
  expect(digestSourceTree(root)?.digest).not.toBe(before);
});

test('caches of Python and names that begin with a dot change nothing', () => {
  const before = digestSourceTree(root);
  for (const folder of ['__pycache__', '.git']) {
    mkdirSync(path.join(root, 'lib', folder));
    writeFileSync(path.join(root, 'lib', folder, 'x'), 'x');
  }
  writeFileSync(path.join(root, 'lib', 'a.pyc'), 'x');
  writeFileSync(path.join(root, '.env'), 'x');
  expect(digestSourceTree(root)).toEqual(before);
});

test('a link to a file is that file; one to a folder, which could lead in a circle, is refused', () => {
  symlinkSync(path.join(root, 'train.py'), path.join(root, 'lib', 'linked.py'));
  expect(digestSourceTree(root)?.bytes).toBe(7 + 1 + 7);
  symlinkSync(root, path.join(root, 'lib', 'circle'));
  expect(() => digestSourceTree(root)).toThrow(UnsafePathError);
});
