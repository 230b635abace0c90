export { Connections } from './connections.ts'
export type { ConnectionChange, ConnectionFields, ConnectionsOptions } from './connections.ts'
export { Settings } from './settings.ts'
export type { OverriddenVariable, SettingsChange, SettingsOptions, SettingsVeto } from './settings.ts'
