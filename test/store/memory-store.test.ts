/** The store in memory does what every store does. */
import { createMemoryStore } from '../../store/memory-store.ts';
import { storeSuite } from './store.suite.ts';

storeSuite('a store in memory', async () => ({ store: createMemoryStore(), close: async () => undefined }));
