import { z } from 'zod'
import type { Logger } from '../base/index.ts'
import type { Jobs } from '../shared-state/jobs.ts'
import type { RunRow } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import { tokensOf } from './complete.ts'
import { presentChat } from './present.ts'
import type { RunLimiter } from './run-limits.ts'
import type { RunEnd } from './run-view.ts'
import { titleByModel, wantsTitle } from './title.ts'
import type { TitlePorts } from './title.ts'

export interface AfterAnswerPorts extends TitlePorts {
  limiter: Pick<RunLimiter, 'spend'>
  jobs: Pick<Jobs, 'add' | 'on'>
  /** Whether a model names chats after the first answer, and which model; null: the model that wrote the answer. */
  titles: () => { on: boolean; model: string | null }
  logger: Logger
}

/** The payload of a job that has a model write a chat's title. */
const titleJob = z.object({ chatId: z.string(), messageId: z.string(), userId: z.string() })

/** The work after an answer's end is stored: counts its tokens, notifies its user's tabs, and has its chat named. */
export class AfterAnswer {
  readonly #ports: AfterAnswerPorts

  constructor(ports: AfterAnswerPorts) {
    this.#ports = ports
  }

  /** Titles are written by jobs, so that none is lost when this instance dies. */
  start(): void {
    const { jobs, titles } = this.#ports
    jobs.on('title', async (payload, { signal }) => {
      const { on, model } = titles()
      if (on) await titleByModel(this.#ports, model, titleJob.parse(payload), signal)
    })
  }

  /** Never rejects. */
  async handleRunEnd(run: RunRow, { status, usage = {} }: RunEnd): Promise<void> {
    const { limiter, events, chats, logger } = this.#ports
    const { id: runId, chatId, messageId, userId } = run
    void limiter.spend(userId, tokensOf(usage))
    events.notify(userId, { name: 'run.ended', chatId, messageId, runId, status })
    try {
      const chat = await chats.get(chatId, userId)
      if (!chat) return
      events.notify(userId, { name: 'chat.changed', chat: presentChat(chat) })
      const { jobs, titles } = this.#ports
      const { on, model } = titles()
      if (on && status === 'done' && (await wantsTitle(this.#ports, model, { chat, run })))
        await jobs.add('title', chatId, { chatId, messageId, userId })
    } catch (error) {
      if (error instanceof StoreError)
        logger.debug({ err: error, run: runId }, 'the end of an answer was not announced to other tabs')
      else logger.warn({ err: error, run: runId }, 'post-answer work failed')
    }
  }
}
