import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apart } from '../../../../worker/report/graph/layer-places.ts';
import { crossings, orderLayers } from '../../../../worker/report/graph/layer-order.ts';
import type { LayerNode } from '../../../../worker/report/graph/layout-graph.ts';

function node(id: string, width = 10): LayerNode {
  return { id, width, height: 10, isPassing: false };
}

test('places keep their order and their gaps, and move no more than they must', () => {
  const wanted = fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 80 })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(wanted, pairs => {
      const nodes = pairs.map(([, width], index) => node(`n${index}`, width));
      const places = apart(
        nodes,
        pairs.map(([want]) => want),
      );
      for (const [index, place] of places.slice(1).entries()) {
        const room = place - places[index]! - (nodes[index]!.width + nodes[index + 1]!.width) / 2;
        expect(room).toBeGreaterThan(21.99);
      }
      // At a least-squares solution, moving all of a block of touching places together gains nothing.
      const error = (moved: readonly number[]) =>
        moved.reduce((sum, place, index) => sum + (place - pairs[index]![0]) ** 2, 0);
      for (const step of [-0.01, 0.01])
        expect(error(places.map(place => place + step))).toBeGreaterThan(error(places) - 1e-6);
    }),
  );
});

test('wishes that do not collide are granted', () => {
  expect(apart([node('a'), node('b')], [0, 100])).toEqual([0, 100]);
});

test('two edges that cross are uncrossed', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(id => node(id)) as [LayerNode, LayerNode, LayerNode, LayerNode];
  const rows = [
    [a, b],
    [c, d],
  ];
  const links = [
    { from: a, to: d },
    { from: b, to: c },
  ];
  expect(crossings(rows, links)).toBe(1);
  expect(crossings(orderLayers(rows, links), links)).toBe(0);
});
