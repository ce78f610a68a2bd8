/** What every store must do: run over each implementation by its own test file. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../store/store.ts';
import { blobSuite } from './suite/blob.suite.ts';
import { collectSuite } from './suite/collect.suite.ts';
import { recordSuite } from './suite/record.suite.ts';
import { runSuite } from './suite/run.suite.ts';
import { workSuite } from './suite/work.suite.ts';

export interface OpenedStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export function storeSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: what every store does`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());
    const current = () => store;

    blobSuite(current);
    recordSuite(current);
    workSuite(current);
    runSuite(current);
    collectSuite(current);

    test('it has an id', () => {
      expect(store.id).toMatch(/^[0-9a-f]{16}$/);
    });
  });
}
