import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawGraph } from '../../../../worker/report/graph/draw-graph.ts';
import type { Box } from '../../../../worker/report/graph/layout-graph.ts';
import type { GraphEdge, GraphStep, StudyGraph } from '../../../../worker/report/graph/study-graph.ts';
import { layoutStudy } from '../../../../worker/report/graph/study-layout.ts';

const states = { waiting: 0, running: 0, cached: 0, done: 1, failed: 0, blocked: 0, skipped: 0, cancelled: 0 };

function step(name: string, use = 'train-sft'): GraphStep {
  return { step: name, use, axes: ['condition'], cells: 1, states };
}

/** Up to 60 steps in graphs up to two deep; edges only lead from earlier to later steps. */
const graphs: fc.Arbitrary<StudyGraph> = fc
  .array(fc.tuple(fc.constantFrom('', 'main.', 'main.align.', 'retrain.', 'gates.'), fc.nat(20)), {
    minLength: 1,
    maxLength: 60,
  })
  .chain(drawn => {
    const steps = drawn.map(([prefix, width], index) =>
      step(`${prefix}s${index}${'x'.repeat(width)}`, prefix === 'gates.' ? 'gate' : 'train-sft'),
    );
    const edge = fc.tuple(fc.nat(steps.length - 1), fc.nat(steps.length - 1), fc.boolean());
    return fc.array(edge, { maxLength: 90 }).map(pairs => {
      const edges = pairs
        .filter(([from, to]) => from < to)
        .map(([from, to, isGate]): GraphEdge => ({
          from: steps[from]!.step,
          to: steps[to]!.step,
          kind: isGate ? 'gate' : 'data',
        }));
      return { steps, edges };
    });
  });

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function holds(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x - 0.01 &&
    inner.y >= outer.y - 0.01 &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}

test('no step lies on another, and graphs only on what they hold', () => {
  fc.assert(
    fc.property(graphs, graph => {
      const { steps, groups, width, height } = layoutStudy(graph);
      const namesOf = (all: readonly GraphStep[]) =>
        all.filter(({ use }) => use !== 'gate').map(({ step: name }) => name);
      expect(new Set(namesOf(steps.map(({ step: placed }) => placed)))).toEqual(new Set(namesOf(graph.steps)));
      expect(steps.reduce((sum, { step: placed }) => sum + placed.cells, 0)).toBe(graph.steps.length);
      for (const [index, { box }] of steps.entries()) {
        expect(holds({ x: 0, y: 0, width, height }, box)).toBe(true);
        for (const other of steps.slice(index + 1)) expect(overlap(box, other.box)).toBe(false);
        for (const group of groups) expect(holds(group.box, box) || !overlap(group.box, box)).toBe(true);
      }
      for (const [index, { box }] of groups.entries())
        for (const { box: other } of groups.slice(index + 1))
          expect(!overlap(box, other) || holds(box, other) || holds(other, box)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('arrows lead down, and sideways only between the layers', () => {
  fc.assert(
    fc.property(graphs, graph => {
      const { steps, routes } = layoutStudy(graph);
      for (const { points } of routes) {
        for (const [index, point] of points.slice(1).entries())
          expect(point.y).toBeGreaterThanOrEqual(points[index]!.y);
        for (const [index, end] of points.slice(1).entries()) {
          const start = points[index]!;
          const swept = {
            x: Math.min(start.x, end.x) + 0.1,
            y: start.y + 0.1,
            width: Math.abs(end.x - start.x) - 0.2,
            height: end.y - start.y - 0.2,
          };
          if (swept.width <= 0 || swept.height <= 0) continue;
          for (const { box } of steps) expect(overlap(swept, box)).toBe(false);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('sixty steps side by side stay within the page', () => {
  const { width } = layoutStudy({ steps: Array.from({ length: 60 }, (_, index) => step(`step-${index}`)), edges: [] });
  expect(width).toBeLessThanOrEqual(900);
});

test('an arrow that others imply is left out; one that a verdict draws stays', () => {
  const steps = ['a', 'b', 'c'].map(name => step(name));
  const data = (from: string, to: string): GraphEdge => ({ from, to, kind: 'data' });
  const names = (edges: GraphEdge[]) =>
    layoutStudy({ steps, edges }).routes.map(({ from, to, kind }) => `${from}${to} ${kind}`);
  expect(names([data('a', 'b'), data('b', 'c'), data('a', 'c')])).toEqual(['ab data', 'bc data']);
  expect(names([data('a', 'b'), data('b', 'c'), { from: 'a', to: 'c', kind: 'gate' }])).toEqual([
    'ab data',
    'bc data',
    'ac gate',
  ]);
});

test('gates that read the same and skip nothing are one; those that may skip stand alone', () => {
  const gates = ['a', 'b', 'c', 'd'].map(name => ({
    ...step(`gates.${name}`, 'gate'),
    verdict: name === 'b' ? 'fail' : 'pass',
  }));
  const steps = [step('main.score'), step('main.choice'), step('other'), step('removed'), ...gates];
  const edges: GraphEdge[] = [
    { from: 'main.score', to: 'gates.a', kind: 'data' },
    { from: 'main.choice', to: 'gates.b', kind: 'data' },
    { from: 'main.score', to: 'gates.c', kind: 'data' },
    { from: 'other', to: 'gates.d', kind: 'data' },
    { from: 'gates.c', to: 'removed', kind: 'gate' },
  ];
  const diamonds = layoutStudy({ steps, edges }).steps.filter(({ text }) => text.point > 0);
  expect(diamonds.map(({ text }) => text.lines)).toEqual([
    ['c', 'pass'],
    ['d', 'pass'],
    ['a, b', '1 pass, 1 fail'],
  ]);
});

test('a graph that is read and fed by one step outside is opened rather than drawn in a circle', () => {
  const steps = ['main.first', 'between', 'main.second'].map(name => step(name));
  const edges: GraphEdge[] = [
    { from: 'main.first', to: 'between', kind: 'data' },
    { from: 'between', to: 'main.second', kind: 'data' },
  ];
  const { groups, steps: placed } = layoutStudy({ steps, edges });
  expect(groups).toEqual([]);
  expect(placed.map(({ text }) => text.lines[0])).toEqual(['main.first', 'main.second', 'between']);
});

test('a chain stands straight, and its drawing is the same twice', () => {
  const steps = ['a', 'b', 'c', 'd'].map(name => step(name));
  const edges = ['ab', 'bc', 'cd'].map(([from, to]): GraphEdge => ({ from: from!, to: to!, kind: 'data' }));
  const { steps: placed } = layoutStudy({ steps, edges });
  const middles = placed.map(({ box }) => box.x + box.width / 2);
  for (const middle of middles) expect(middle).toBeCloseTo(middles[0]!, 6);
  expect(drawGraph({ steps, edges }, 'g')).toBe(drawGraph({ steps, edges }, 'g'));
});

test('names of steps stay text', () => {
  const hostile = '<script>alert("x")</script>';
  const svg = drawGraph({ steps: [step(hostile, hostile)], edges: [] }, 'g');
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;script&gt;');
});

test('what went wrong stands in the box in words', () => {
  const failed = { ...step('em'), cells: 40, states: { ...states, done: 36, failed: 1, blocked: 3 } };
  expect(layoutStudy({ steps: [failed], edges: [] }).steps[0]!.text).toMatchObject({
    lines: ['em ×40', 'train-sft', 'condition'],
    trouble: '1 failed, 3 blocked',
  });
});
