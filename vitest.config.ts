import { defineConfig } from 'vitest/config';
import { findPostgres } from './test/support/postgres/server.ts';

const hasPostgres = process.env['HOGA_TEST_POSTGRES'] !== undefined || findPostgres() !== undefined;

/** Tests of what PostgreSQL alone does. Where there is no server they are skipped, and say so. */
const ofPostgres = ['test/{store,cluster,flows}/postgres/**/*.test.ts'];
/** Tests of what both databases do. They run a second time on PostgreSQL where there is a server. */
const ofBoth = [
  'test/store/ledger/!(file|trouble|statements).test.ts',
  'test/store/cluster/*.test.ts',
  'test/store/{cache,daily-bars,events,keyv-table,minutes,order-cards,reports}.test.ts',
];

export default defineConfig({
  test: {
    // Ten times what the slowest takes by itself: a busy machine is no reason to fail.
    testTimeout: 60_000,
    // Two cores: the flow tests each start a simulator and a bot of their own.
    maxWorkers: 2,
    // Of the tests of one file that start processes of their own.
    maxConcurrency: 3,
    // Files share a process: loading the bot anew for each of them would take as long as a third of the tests.
    isolate: false,
    globalSetup: ['test/support/shared/memory-folder.ts'],
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'hoga',
          include: ['test/**/*.test.ts'],
          exclude: hasPostgres ? ofPostgres : [],
        },
      },
      ...(hasPostgres
        ? [
            {
              extends: true as const,
              test: {
                name: 'postgres',
                include: [...ofBoth, ...ofPostgres],
                globalSetup: ['test/support/postgres/setup.ts'],
              },
            },
          ]
        : []),
    ],
  },
});
