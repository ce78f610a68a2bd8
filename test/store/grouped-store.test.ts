/** The view of a folder store that groups its writes does what every store does. */
import { storeSuite } from './store.suite.ts';
import { openTemporaryStore } from './temporary-store.ts';

storeSuite('a store in a folder, grouped', async () => {
  const opened = await openTemporaryStore();
  return { ...opened, store: opened.store.grouped() };
});
