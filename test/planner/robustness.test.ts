import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { tryPlan } from './rig.ts';

const sources = [
  readFileSync(new URL('em-susceptibility.yaml', import.meta.url), 'utf8').replace('count: 40', 'count: 3'),
  readFileSync(new URL('../golden/keys/small.yaml', import.meta.url), 'utf8'),
];

/** Words that a study may hold, to be put in the places of others. */
const words = [...new Set(sources.join('\n').match(/[a-zA-Z_][a-zA-Z0-9_.-]*|\d+|[{}[\],:'"$&*]/g))];

/** Edits as people make them by mistake: a word for another, a line left out or said twice, a piece lost. */
const edits = fc.array(
  fc.record({
    kind: fc.constantFrom('word', 'lose', 'repeat', 'line'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    length: fc.integer({ min: 1, max: 12 }),
    word: fc.constantFrom(...words),
  }),
  { minLength: 1, maxLength: 4 },
);

function edited(text: string, changes: readonly { kind: string; at: number; length: number; word: string }[]): string {
  return changes.reduce((now, { kind, at, length, word }) => {
    const offset = Math.floor(at * now.length);
    if (kind === 'lose') return now.slice(0, offset) + now.slice(offset + length);
    if (kind === 'repeat') return now.slice(0, offset + length) + now.slice(offset);
    if (kind === 'line') {
      const lines = now.split('\n');
      lines.splice(Math.floor(at * lines.length), 1);
      return lines.join('\n');
    }
    const found = [...now.matchAll(/[a-zA-Z_][a-zA-Z0-9_.-]*|\d+/g)];
    const target = found[Math.floor(at * found.length)];
    return target === undefined ? now : now.slice(0, target.index) + word + now.slice(target.index + target[0].length);
  }, text);
}

test('whatever is done to a study, it is planned or told what is wrong, in its own lines', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), edits, (source, changes) => {
      const text = edited(source, changes);
      const result = tryPlan(text, { files: { 'rows.jsonl': '{}' } });
      if (result.ok) return;
      expect(result.diagnostics.length).toBeGreaterThan(0);
      const lines = text.split('\n');
      for (const { location, message, remedy } of result.diagnostics) {
        expect(location.file).toBe('study.yaml');
        expect(location.line).toBeLessThanOrEqual(lines.length);
        expect(location.column).toBeLessThanOrEqual((lines[location.line - 1] ?? '').length + 1);
        expect(message).toMatch(/[.?]$/);
        expect(remedy).toMatch(/[.`]$/);
      }
      expect(printDiagnostics(result.diagnostics, result.texts, { color: false })).toMatch(/\d+ errors?\n$/);
    }),
    { numRuns: 150 },
  );
});

test('the same study gives the same plan, byte for byte', () => {
  for (const source of sources) {
    const made = () => tryPlan(source, { files: { 'rows.jsonl': '{}' } });
    expect(JSON.stringify(made())).toBe(JSON.stringify(made()));
  }
});
