import type { OperationName } from '../../protocol/http/index.ts'

declare const OPERATION_PATHS: Record<OperationName, string>

/**
 * Maps each operation to `METHOD /path`. vite.config.ts injects the value, because importing the operations themselves
 * would add their validators to the page's bundle.
 */
export const operationPaths = OPERATION_PATHS
