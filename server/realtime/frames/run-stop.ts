import type { FrameHandler } from './index.ts'

export const runStop: FrameHandler<'run.stop'> = async (connection, { ref, runId }) => {
  const { speaker, ports } = connection
  if (!speaker) return
  await ports.chat.stopRun(speaker.user.id, runId)
  connection.send({ t: 'reply', ref, ok: true })
}
