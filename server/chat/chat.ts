import type { LimitState, Position, RunStarted, RunStartRequest } from '../../protocol/index.ts'
import { z } from 'zod'
import type { MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { ChatContext } from './chat-context.ts'
import type { ChatParts } from './chats.ts'
import { complete, tokensOf } from './complete.ts'
import type { CompletionRequest } from './complete.ts'
import { LiveRuns } from './live-runs.ts'
import { Orphans } from './orphans.ts'
import { OwnedRuns } from './owned-runs.ts'
import { presentChat } from './present.ts'
import type { RunEnd, RunSink, RunView } from './run-view.ts'
import type { Jobs } from '../shared-state/jobs.ts'
import { startRun } from './start-run.ts'
import { stopRun } from './stop-run.ts'
import { titleByModel, wantsTitle } from './title.ts'
import { createChatUseCases } from './use-cases.ts'
import { StoreError } from '../store/store.ts'

export interface ChatOptions {
  context: ChatContext
  bus: MessageBus<Messages>
  /** Whether a model gives chats a title after the first answer, and which; null: the one that wrote the answer. */
  titles: () => { on: boolean; model: string | null }
  jobs: Jobs
}

/** What a title is made for. */
const titleJob = z.object({ chatId: z.string(), messageId: z.string(), userId: z.string() })

/** Chats and their answers, as this instance serves them. */
export class Chat {
  readonly useCases: ReturnType<typeof createChatUseCases>
  readonly #parts: ChatParts
  readonly #orphans: Orphans
  readonly #options: ChatOptions
  /** Starts under way here, by user and client id. */
  readonly #starting = new Map<string, Promise<void>>()
  #accepting = true

  constructor(options: ChatOptions) {
    this.#options = options
    const { context } = options
    const live = new LiveRuns({ ...context, runs: context.store.runs })
    const owned = new OwnedRuns(context, live, { ended: (run, end) => void this.#ended(run, end) })
    this.#parts = { context, live, owned }
    this.#orphans = new Orphans(context, owned, live)
    this.useCases = createChatUseCases(this.#parts, (...args) => this.startRun(...args))
  }

  start(): void {
    const { context, live, owned } = this.#parts
    const { bus, jobs, titles } = this.#options
    // A job, so that the death of this instance costs no title.
    jobs.on('title', async (payload, { signal }) => {
      const { on, model } = titles()
      if (on) await titleByModel(context, model, titleJob.parse(payload), signal)
    })
    bus.on('run.stop', `instance:${context.me}`, { message: ({ runId }) => owned.stop(runId), gap: () => {} })
    bus.on('runs.released', 'fleet', {
      message: () => this.#orphans.sweepSoon(),
      gap: () => this.#orphans.sweepSoon(),
    })
    live.start()
    owned.start()
    this.#orphans.start()
  }

  /** New runs are made without an owner from now on; what runs here goes on. */
  async drain(): Promise<void> {
    this.#accepting = false
    this.#orphans.stop()
    await this.#parts.owned.saveNow()
  }

  /** Gives up what still runs, so that another instance, or the next start, goes on with it. */
  async release(): Promise<number> {
    const released = await this.#parts.owned.releaseAll()
    if (released > 0) await this.#parts.context.send('runs.released', { runs: released })
    return released
  }

  stop(): void {
    this.#orphans.stop()
    this.#parts.owned.stopTurning()
    this.#parts.live.stop()
  }

  /** Whether it leaves what others leave behind to third ones for now (rule 13). */
  get resting(): boolean {
    return this.#orphans.resting
  }

  /** Answers that this instance writes at the moment. */
  get runs(): number {
    return this.#parts.owned.count
  }

  async startRun(
    userId: string,
    request: RunStartRequest,
    { tab = null, told }: { tab?: string | null; told?: (limit: LimitState) => void } = {},
  ): Promise<RunStarted> {
    const { context, owned } = this.#parts
    const options = { context, owned, accepting: () => this.#accepting, ...(told ? { told } : {}) }
    const name = `${userId} ${request.clientId}`
    // The same request again while the first is under way: it is known once that is through, and counts once.
    while (this.#starting.has(name)) await this.#starting.get(name)
    const start = startRun(options, userId, request, tab)
    const settled = start.then(
      () => {},
      () => {},
    )
    this.#starting.set(name, settled)
    void settled.then(() => this.#starting.delete(name))
    return start
  }

  complete(request: CompletionRequest): ReturnType<typeof complete> {
    return complete(this.#parts.context, request)
  }

  async stopRun(userId: string | null, runId: string): Promise<{ state: 'stopping' | 'ended' }> {
    return stopRun(this.#parts, userId, runId)
  }

  /** Undefined: no such run, or not this user's. Otherwise how to stop following. */
  async follow(
    runId: string,
    userId: string,
    position: Position | undefined,
    sink: RunSink & { opened(view: RunView): void },
  ): Promise<(() => void) | undefined> {
    return this.#parts.live.follow(runId, userId, position, sink)
  }

  async #ended(
    run: { id: string; chatId: string; messageId: string; userId: string; parentId: string; model: string },
    end: RunEnd,
  ): Promise<void> {
    const { context } = this.#parts
    const { chatId, messageId, userId } = run
    void context.limiter.spend(userId, tokensOf(end.usage ?? {}))
    context.events.tell(userId, { name: 'run.ended', chatId, messageId, runId: run.id, status: end.status })
    try {
      const chat = await context.store.chats.get(chatId, userId)
      if (chat) context.events.tell(userId, { name: 'chat.changed', chat: presentChat(chat) })
      const { jobs, titles } = this.#options
      const { on, model } = titles()
      if (on && end.status === 'done' && chat && (await wantsTitle(context, model, { chat, run })))
        await jobs.add('title', chatId, { chatId, messageId, userId })
    } catch (error) {
      if (error instanceof StoreError)
        context.logger.debug({ err: error, run: run.id }, 'an end was not told to other tabs')
      else context.logger.warn({ err: error, run: run.id }, 'what follows an answer failed')
    }
  }
}
