import { defineConfig } from 'vitest/config';

// The tests that judge one file, as run.ts names them.
export default defineConfig({
  test: {
    include: (process.env['MUTANTS_JUDGED_BY'] ?? '').split(','),
    // The tool has an end of its own for mutants that wait for ever.
    testTimeout: 60_000,
    maxWorkers: 1,
    restoreMocks: true,
  },
});
