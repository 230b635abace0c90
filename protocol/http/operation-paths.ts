import { operations } from './index.ts'

/**
 * Method and path of each operation, by name: `METHOD /path`. The page's build writes them to
 * `web/api/operation-paths.ts`.
 */
export const operationPaths: Record<string, string> = Object.fromEntries(
  Object.entries(operations).map(([name, { method, path }]) => [name, `${method} ${path}`]),
)
