import { defineConfig } from 'vitest/config'

// unit: no services. contract and cluster start their own servers. Each runs by itself: `npx vitest --project unit`.
const node = { environment: 'node' as const, exclude: ['node_modules', 'dist'] }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          include: ['{protocol,server,web,test,scripts}/**/*.test.ts'],
          exclude: [...node.exclude, '**/*.contract.test.ts', 'test/cluster/**', 'test/browser/**'],
        },
      },
      {
        test: {
          ...node,
          name: 'contract',
          include: ['**/*.contract.test.ts'],
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
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
