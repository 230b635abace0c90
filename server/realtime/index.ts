export { Hub } from './hub.ts'
export type { RealtimePorts } from './ports.ts'
export { serveRealtime } from './serve-realtime.ts'
