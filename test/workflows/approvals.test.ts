import { describe, expect, test } from 'vitest';
import type { BranchCell, CellApproval } from '../../schemas/engine.ts';
import { createApprovals } from '../../workflows/approvals.ts';

const cell = (id: number, ...approvals: CellApproval[]): BranchCell => ({
  id,
  weight: 'heavy',
  needs: [],
  guards: [],
  ...(approvals.length === 0 ? {} : { approvals }),
});
const none = () => undefined;

describe('cells that wait for a person', () => {
  test('start when every word they wait for is given; others start at once', () => {
    const approvals = createApprovals(
      [cell(0), cell(1, { name: 'tune' }), cell(2, { name: 'tune' }, { name: 'gates.g' })],
      none,
    );
    expect(approvals.admit([0, 1, 2])).toEqual({ start: [0], refused: [] });
    expect(approvals.held()).toBe(2);
    expect(approvals.decide({ order: 'approve', name: 'tune' })).toEqual([]);
    expect(approvals.admit([])).toEqual({ start: [1], refused: [] });
    approvals.decide({ order: 'approve', name: 'gates.g' });
    expect(approvals.admit([])).toEqual({ start: [2], refused: [] });
    expect(approvals.held()).toBe(0);
  });

  test('approved before they are ready, they never wait', () => {
    const approvals = createApprovals([cell(1, { name: 'tune' })], none);
    approvals.decide({ order: 'approve', name: 'tune' });
    expect(approvals.admit([1])).toEqual({ start: [1], refused: [] });
  });

  test('end with a rejection, ready or not; a later word changes nothing', () => {
    const approvals = createApprovals([cell(0), cell(1, { name: 'tune' }), cell(2, { name: 'tune' })], none);
    approvals.admit([1]);
    const refused = [1, 2].map(id => ({ id, state: 'skipped', reason: 'rejected by ann@here' }));
    expect(approvals.decide({ order: 'reject', name: 'tune', reason: 'rejected by ann@here' })).toEqual(refused);
    expect(approvals.decide({ order: 'approve', name: 'tune' })).toEqual([]);
    expect(approvals.admit([])).toEqual({ start: [], refused: [] });
    expect(approvals.held()).toBe(0);
  });

  test('are told of once each, by the name they wait for', () => {
    const approvals = createApprovals(
      [1, 2, 3].map(id => cell(id, { name: 'tune' })),
      none,
    );
    approvals.admit([1, 2]);
    expect(approvals.awaited()).toEqual([{ name: 'tune', cells: [1, 2] }]);
    approvals.admit([3]);
    expect(approvals.awaited()).toEqual([{ name: 'tune', cells: [3] }]);
    expect(approvals.awaited()).toEqual([]);
  });

  test('are forgotten when they have ended otherwise', () => {
    const approvals = createApprovals([cell(1, { name: 'tune' })], none);
    approvals.admit([1]);
    approvals.forget(1);
    approvals.decide({ order: 'approve', name: 'tune' });
    expect(approvals.admit([])).toEqual({ start: [], refused: [] });
  });
});

describe('a gate that a person approves', () => {
  const gate = (verdict?: string): CellApproval => ({
    name: 'gates.g',
    gate: { cell: 9, verdicts: ['fail'], ...(verdict === undefined ? {} : { verdict }) },
  });

  test.each([
    ['of this branch', undefined, 'fail'],
    ['of another branch', 'fail', undefined],
  ])('rules out what its verdict says, only then: %s', (_, outside, inside) => {
    const approvals = createApprovals([cell(1, gate(outside))], () => inside);
    expect(approvals.admit([1])).toEqual({ start: [], refused: [] });
    approvals.decide({ order: 'approve', name: 'gates.g' });
    expect(approvals.admit([])).toEqual({ start: [], refused: [{ id: 1, state: 'skipped', because: 9 }] });
  });

  test('lets go on what another verdict does not rule out', () => {
    const approvals = createApprovals([cell(1, gate('pass'))], none);
    approvals.admit([1]);
    approvals.decide({ order: 'approve', name: 'gates.g' });
    expect(approvals.admit([])).toEqual({ start: [1], refused: [] });
  });
});
