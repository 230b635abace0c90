import type { FrameHandler } from './index.ts'

export const unfollow: FrameHandler<'unfollow'> = (connection, { runId }) => connection.unfollow(runId)
