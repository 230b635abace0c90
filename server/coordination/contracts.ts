/** The contracts of coordination, which other layers may import. */
export type * from './bus/bus.ts'
export type * from './bus/message-bus.ts'
export type * from './membership/membership.ts'
export type * from './rate-limits/rate-limits.ts'
export type * from './run-log/log-reader.ts'
export type * from './run-log/log-writer.ts'
export type * from './run-log/run-log.ts'
