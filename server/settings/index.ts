export { Connections } from './connections.ts'
export { Settings } from './settings.ts'
