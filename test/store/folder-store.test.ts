/** The store in a folder does what every store does; what files alone can do to it is in test/store/folder. */
import { storeSuite } from './store.suite.ts';
import { openTemporaryStore } from './temporary-store.ts';

storeSuite('a store in a folder', openTemporaryStore);
