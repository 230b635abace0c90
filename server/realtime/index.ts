export { eventStreamQuery, openEventStream } from './event-stream.ts'
export { Hub } from './hub.ts'
export type { RealtimePorts } from './ports.ts'
export { WebSocketGateway } from './websocket-gateway.ts'
