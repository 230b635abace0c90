import { operations } from './index.ts'

/** Where each operation is: `METHOD /path`, by name. The page's build puts them into `web/api/operation-paths.ts`. */
export const operationPaths: Record<string, string> = Object.fromEntries(
  Object.entries(operations).map(([name, { method, path }]) => [name, `${method} ${path}`]),
)
