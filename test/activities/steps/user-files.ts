/** User files of a test's own, and the `load-rows` cells that load them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import { loadRowsBody } from '../../../activities/steps/load-rows.ts';
import { digestOf } from '../../../schemas/identity.ts';
import type { Json } from '../../../schemas/json.ts';
import { failureOf, runBody } from './run-body.ts';

export const folder = mkdtempSync(path.join(tmpdir(), 'espalier-load-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

export type Given = { readonly [parameter: string]: Json };

/** The options of loading a file of this name and content. */
export function loading(name: string, content: string | Uint8Array, given: Given = {}) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const bytes = readFileSync(file);
  return {
    with: { path: name, ...given },
    files: { path: { path: file, digest: digestOf(bytes), bytes: bytes.length } },
  };
}

export const load = (name: string, content: string | Uint8Array, given?: Given) =>
  runBody(loadRowsBody, loading(name, content, given));

/** What a failure says after the file's path. */
export async function problem(name: string, content: string | Uint8Array, given?: Given): Promise<string> {
  const message = await failureOf(loadRowsBody, loading(name, content, given));
  const file = `${path.join(folder, name)}: `;
  expect(message.startsWith(file)).toBe(true);
  return message.slice(file.length);
}

export const lines = (...rows: readonly unknown[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('');
export const turns = (user: string, assistant: string) => [
  { role: 'user', content: user },
  { role: 'assistant', content: assistant },
];
