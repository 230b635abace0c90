export { Connections } from './connections.ts'
export { Settings } from './settings.ts'
export type { OverriddenVariable } from './settings.ts'
