import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 10_000,
    // Two cores: the flow tests each start a simulator and a bot of their own.
    maxWorkers: 2,
    restoreMocks: true,
  },
});
