import type { FrameHandler } from './index.ts'

export const follow: FrameHandler<'follow'> = (connection, { runId, position }) =>
  connection.follow(runId, position)
