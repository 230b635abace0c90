import type { OperationName } from '../../protocol/http/index.ts'

declare const OPERATION_PATHS: Record<OperationName, string>

/**
 * Where each operation is: `METHOD /path`. Filled in by vite.config.ts: importing the operations
 * themselves would bring their validators into the page.
 */
export const operationPaths = OPERATION_PATHS
