import { describe, expect, test } from 'vitest';
import { cellOf, plan, problems } from './rig.ts';

const study = (onFailure: string, rows = '16') => `study: a
axes: { size: [8, 24] }
steps:
  world:
    use: make-world
    with: { rows: ${rows} }
    seed: { world: 0 }
    on_failure: ${onFailure}
`;

describe('changes after failures', () => {
  test('are worked out one from the other when the study is planned', () => {
    const planned = plan(study("{ out-of-memory: { with: { rows: '${with.rows / 2}' }, attempts: 3 } }"));
    expect(cellOf(planned, 'world').on_failure).toEqual({
      'out-of-memory': [8, 4, 2].map(rows => ({ with: { rows }, resources: {} })),
    });
  });

  test('end where the next would give no valid parameters', () => {
    const planned = plan(study("{ out-of-memory: { with: { rows: '${with.rows / 3}' }, attempts: 9 } }"));
    const ladder = cellOf(planned, 'world').on_failure?.['out-of-memory'];
    expect(ladder?.map(({ with: { rows } }) => rows)).toEqual([5, 1]);
  });

  test('follow the axes of the cell, and add none', () => {
    const varying = plan(
      study(
        "{ diverged: { with: { rows: '${with.rows + size}' }, resources: { time: '${resources.time * 2}' } } }",
        '"${size}"',
      ),
    );
    expect(cellOf(varying, 'world[size=24]').on_failure).toEqual({
      diverged: [{ with: { rows: 48 }, resources: { time: 7200 } }],
    });
    expect(problems(study("{ diverged: { with: { rows: '${size}' } } }"))).toEqual([
      'E183 8 This varies with the axis `size`, which `world` does not have.',
    ]);
  });

  test('are no part of the key', () => {
    const without = plan(study('{}'));
    const changed = plan(study('{ diverged: { with: { rows: 3 } } }'));
    expect(cellOf(changed, 'world').key).toBe(cellOf(without, 'world').key);
    expect(cellOf(without, 'world').on_failure).toBeUndefined();
  });

  test('are none for a cell that has the other value already, where cells differ', () => {
    const planned = plan(study('{ diverged: { with: { rows: 8 } } }', '"${size}"'));
    expect(cellOf(planned, 'world[size=8]').on_failure).toEqual({ diverged: [] });
    expect(cellOf(planned, 'world[size=24]').on_failure?.diverged).toHaveLength(1);
  });

  test('of resources keep those that are not named', () => {
    const planned = plan(study('{ out-of-memory: { resources: { memory: "${resources.memory * 4}" }, attempts: 2 } }'));
    expect(cellOf(planned, 'world').on_failure?.['out-of-memory']).toEqual([
      { with: {}, resources: { memory: 4e9 } },
      { with: {}, resources: { memory: 16e9 } },
    ]);
  });
});
