import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { operationPaths } from './protocol/http/operation-paths.ts'

// unit: starts no servers. `npm run test:quick` runs it with one process for many files and shorter models; `npm test`
// gives each file a process of its own. contract and cluster start their own servers. Each runs by itself: `npx vitest --project unit`.
const node = {
  environment: 'node' as const,
  exclude: ['node_modules', 'dist'],
  // A condition is waited for, however busy the machine is.
  expect: { poll: { timeout: 15_000, interval: 25 } },
}

// SHOAL_TEST_BEHIND=ours|guide puts an nginx before the page (test/browser/support/page-server.ts). What has no server,
// a proxy of its own, or needs the embedded database, is left out then.
const withoutServer = process.env['SHOAL_TEST_BEHIND']
  ? ['test/browser/markdown/**', 'test/browser/{behind-nginx,bad-proxies,many-chats,firefox}.test.ts']
  : []

export default defineConfig({
  test: {
    // Servers and waiting, more than computing: three at once fit two cores, six fit four.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      {
        define: { OPERATION_PATHS: JSON.stringify(operationPaths) },
        test: {
          ...node,
          name: 'unit',
          // Property tests and argon2 on a busy machine; not a claim about speed.
          testTimeout: 30_000,
          include: ['{protocol,server,web,test,scripts}/**/*.test.ts'],
          exclude: [...node.exclude, '**/*.contract.test.ts', 'test/{cluster,browser,services}/**'],
        },
      },
      {
        test: {
          ...node,
          name: 'contract',
          include: ['**/*.contract.test.ts'],
          exclude: [...node.exclude, 'test/services/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Not part of `npm test`: `npm run test:services` installs the servers these start.
        test: {
          ...node,
          name: 'services',
          include: ['test/services/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Published files name fixed ports.
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: [...node.exclude, ...withoutServer],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
