import type { FrameHandler } from './index.ts'

export const ping: FrameHandler<'ping'> = (connection) => connection.send({ t: 'pong' })
