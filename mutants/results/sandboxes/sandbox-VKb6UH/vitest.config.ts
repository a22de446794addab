// @ts-nocheck
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Ten times what the slowest takes by itself: a busy machine is no reason to fail.
    testTimeout: 60_000,
    // Two cores: the flow tests each start a simulator and a bot of their own.
    maxWorkers: 2,
    restoreMocks: true,
  },
});
