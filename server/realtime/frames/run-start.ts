import { AppError } from '../../../protocol/index.ts'
import type { FrameHandler } from './index.ts'
import { tellError } from './tell-error.ts'

/** Starts a run and follows it on this connection at once: its words need no further frame. */
export const runStart: FrameHandler<'run.start'> = async (connection, { ref, run: request }) => {
  const { speaker, ports } = connection
  if (!speaker) return
  if (speaker.user.role === 'pending') throw new AppError('account_pending')
  if (speaker.user.mustChangePassword) throw new AppError('password_change_required')
  const run = await ports.chat.startRun(speaker.user.id, request, { tab: speaker.tab })
  connection.send({ t: 'reply', ref, ok: true, run })
  // The start has its reply: whatever fails now is no second one.
  await connection
    .follow(run.runId, undefined)
    .catch((error: unknown) => tellError(connection, error, 'follow'))
}
