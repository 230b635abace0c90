import { setTimeout as delay } from 'node:timers/promises'
import type { RunSummary } from '../../protocol/http/runs.ts'
import type { Fleet } from './fleet.ts'
import { questionOf } from './provider-process.ts'

interface Kill {
  kill: () => Promise<void>
  /** Whether the killed process owned this run. */
  owns: (run: RunSummary) => boolean
}

/** Kills an owner of answers. Resolves, for each answer, with the milliseconds until the provider was called again. */
export async function measureWaitsAfterKill(fleet: Fleet, { kill, owns }: Kill): Promise<number[]> {
  const killedAt = Date.now()
  await kill()
  // Queried after the kill, so that answers that ended before do not count. No run is claimed within a lease of it.
  const owned = (await fleet.runs()).filter(owns)
  const questions = new Set<string>()
  for (const run of owned) {
    const chat = await fleet.api.chat(run.chatId, fleet.api.url)
    questions.add(chat.messages[0]?.text ?? '')
  }
  const again = new Map<string, number>()
  const until = Date.now() + 15_000
  while (again.size < questions.size && Date.now() < until) {
    await delay(100)
    for (const call of await fleet.provider.calls()) {
      const question = questionOf(call)
      if (call.at > killedAt && questions.has(question) && !again.has(question))
        again.set(question, call.at - killedAt)
    }
  }
  return [...questions].map((question) => again.get(question) ?? Infinity)
}
