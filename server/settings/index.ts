export { Connections } from './connections.ts'
export type { ConnectionChange, ConnectionFields, ConnectionsOptions } from './connections.ts'
