// @ts-nocheck
import { defineConfig } from 'vitest/config';

// The tests that judge one file, as run.ts names them.
export default defineConfig({
  test: {
    include: (process.env['MUTANTS_JUDGED_BY'] ?? '').split(','),
    // A mutant that waits for ever is caught here, where that costs no new process.
    testTimeout: 10_000,
    maxWorkers: 1,
    restoreMocks: true,
  },
});
