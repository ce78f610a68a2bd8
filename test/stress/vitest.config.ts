import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that take too long for every change: `npm run test:stress`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/stress/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
