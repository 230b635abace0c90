export { Connections } from './connections.ts'
export { defaultLimits } from './default-limits.ts'
export { Settings } from './settings.ts'
export type { OverriddenVariable } from './settings.ts'
