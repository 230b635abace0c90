import { silentLogger } from '../../server/base/index.ts'
import type { Sleep } from '../../server/base/index.ts'
import type { OwnedRun } from '../../server/chat/owned-run.ts'
import type { RunRow } from '../../server/store/index.ts'
import type { ManualTime } from './manual-time.ts'
import type { GenerateEnd, ModelCatalogue, ResolvedModel } from '../../server/upstream/index.ts'

/** An owned run in its initial state. */
export function ownedRun({
  row,
  ...about
}: Partial<Omit<OwnedRun, 'row'>> & { row?: Partial<RunRow> } = {}): OwnedRun {
  const whole: RunRow = {
    id: 'run',
    chatId: 'chat',
    messageId: 'message',
    userId: 'user',
    parentId: 'parent',
    model: 'model',
    status: 'running',
    owner: 'me',
    fence: 7,
    attempt: 0,
    deaths: 0,
    furthest: 0,
    stop: false,
    saved: 0,
    savedAt: 0,
    savedFence: 0,
    savedSeq: 0,
    starts: [],
    startedAt: 0,
    ...row,
  }
  return {
    row: whole,
    path: async () => [],
    starts: [[whole.fence, 0]],
    text: '',
    saved: 0,
    replacesSaved: false,
    takenOver: false,
    request: async () => ({ messages: [] }),
    ...about,
  }
}

/** Ends all pending sleeps, and lets the code after them run. */
export async function endSleeps({ pendingSleeps: waits, advance }: ManualTime): Promise<void> {
  await advance(Math.max(0, ...waits()))
  await settled()
}

/** Delivery ticks that the test triggers. */
export class ManualTicker {
  #waiting: (() => void)[] = []

  readonly onNextTick = (callback: () => void): void => void this.#waiting.push(callback)

  get waiting(): number {
    return this.#waiting.length
  }

  tick(): void {
    for (const callback of this.#waiting.splice(0)) callback()
  }
}

/** Waits until all work that needs no timer is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

type Generate = ResolvedModel['generate']

/** A catalogue in which all models answer with `generate`; with undefined, no model exists. */
export function models(generate: Generate | undefined): Pick<ModelCatalogue, 'resolve'> {
  const model = {
    id: 'model',
    name: 'Model',
    connectionId: 'connection',
    connectionName: 'Connection',
    demo: false,
    upstreamModel: 'model',
    continuationMode: async () => 'none' as const,
    probeContinuation: async () => {},
  }
  return { resolve: async () => generate && { ...model, generate } }
}

/** Emits the texts one by one, waiting for the sink, and then ends for this reason. Rejects when its signal aborts. */
export function says(texts: string[], reason: GenerateEnd['reason'] = 'stop'): Generate {
  return async (_request, sink, signal) => {
    for (const text of texts) {
      await sink([{ kind: 'text', text }])
      signal.throwIfAborted()
    }
    return { reason }
  }
}

/** Emits these texts, and then nothing until its signal aborts. */
export function saysAndHangs(texts: string[]): Generate {
  return async (_request, sink, signal) => {
    for (const text of texts) {
      await sink([{ kind: 'text', text }])
      signal.throwIfAborted()
    }
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    throw new Error('unreachable')
  }
}

/** The ports of `requestModel`, without a queue, and without pauses unless `sleep` is given. */
export function requestModelPorts(generate: Generate | undefined, sleep: Sleep = async () => {}) {
  return { models: models(generate), admission: { enter: async () => () => {} }, sleep, logger: silentLogger }
}
