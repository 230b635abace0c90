import { AppError, visibleText } from '../../protocol/index.ts'
import type { LimitState, RunStartRequest, RunStarted } from '../../protocol/index.ts'
import { cleanText, newId } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { RunRow, Runs, StartOutcome, StartRun as StoredStart } from '../store/contract/runs.ts'
import type { ModelCatalogue, ResolvedModel } from '../upstream/contracts.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { rememberPath } from './owned-run.ts'
import type { OwnedRun } from './owned-run.ts'
import type { OwnedRuns } from './owned-runs.ts'
import { presentChat } from './present.ts'
import { promptOf, promptToContinue } from './prompt.ts'
import type { RunLimiter } from './run-limits.ts'
import type { StopRun } from './stop-run.ts'
import { titleFromWords } from './title.ts'

export interface StartRunPorts {
  runs: Pick<Runs, 'readBeforeStart' | 'readWithText' | 'start'>
  chats: Pick<Chats, 'get' | 'path'>
  models: Pick<ModelCatalogue, 'resolve'>
  limiter: Pick<RunLimiter, 'admit'>
  owned: Pick<OwnedRuns, 'markArriving' | 'startWriting'>
  events: Pick<UserEvents, 'notify'>
  bus: Pick<MessageBus<Messages>, 'send'>
  stopRun: StopRun
  /** This incarnation, as the store names owners. */
  me: string
  /** False while this instance drains: then the run is created without an owner, and another instance claims it. */
  accepting: () => boolean
  clock: Clock
  logger: Logger
}

export type StartRun = (
  userId: string,
  request: RunStartRequest,
  options?: {
    /** The tab that starts the run. */
    tab?: string | null
    /** Called with the state of the limit that counted this start. */
    onLimit?: (limit: LimitState) => void
  },
) => Promise<RunStarted>

/**
 * Writes message, answer and run in one transaction, returns, and begins to request the answer. The caller's socket is
 * on this instance, so text reaches it without crossing Redis. The same `clientId` again returns the same run.
 */
export function createStartRun(ports: StartRunPorts): StartRun {
  const queue = new KeyedQueue()
  // A repeated request waits while the first one is in progress: then the store knows the run, and it counts once.
  return (userId, request, options = {}) =>
    queue.run(`${userId} ${request.clientId}`, () => startRun(ports, userId, request, options))
}

async function startRun(
  ports: StartRunPorts,
  userId: string,
  request: RunStartRequest,
  { tab = null, onLimit }: NonNullable<Parameters<StartRun>[2]>,
): Promise<RunStarted> {
  const { owned, runs, bus, me, accepting, clock, stopRun } = ports
  const form = formOf(request)
  const runId = newId(clock.now())
  const arriving = owned.markArriving(runId)
  try {
    const ownedHere = accepting()
    const outcome = await admit(ports, { userId, request }, (limit) => {
      if (limit) onLimit?.(limit)
      return runs.start({
        userId,
        clientId: request.clientId,
        runId,
        owner: ownedHere ? me : '',
        model: request.model,
        stop: request.stop ?? false,
        form,
      })
    })
    const ids = idsOf(outcome)
    if (outcome.kind !== 'started') {
      // The user pressed Stop before the reply to the first request arrived.
      if (request.stop) await stopRun(userId, ids.runId)
      return ids
    }
    if (ownedHere) await beginWriting(ports, outcome.run)
    else void bus.send('runs.released', { runs: 1 })
    void notifyOtherTabs(ports, userId, ids, tab)
    return ids
  } finally {
    arriving.arrived()
  }
}

/**
 * Checks the client's id before everything that can refuse the request. When a request is repeated because its reply
 * was lost, its model may be deleted by then, and the run that it started may have reached the limit.
 */
async function admit(
  { models, limiter, runs }: Pick<StartRunPorts, 'models' | 'limiter' | 'runs'>,
  { userId, request: { model, clientId } }: { userId: string; request: RunStartRequest },
  start: (limit: LimitState | undefined) => Promise<StartOutcome>,
): Promise<StartOutcome> {
  if (await models.resolve(model)) {
    const admitted = await limiter.admit({ userId, clientId }, start)
    return admitted.kind === 'repeated' ? admitted : admitted.outcome
  }
  const { ids } = await runs.readBeforeStart(userId, clientId)
  if (ids) return { kind: 'repeated', ids }
  throw new AppError('unknown_model', { field: 'model' })
}

function formOf(request: RunStartRequest): StoredStart['form'] {
  const { text, chatId, parentId, regenerateOf, continueOf } = request
  const given = [text, regenerateOf, continueOf].filter((value) => value !== undefined)
  if (given.length !== 1) {
    throw new AppError('bad_request', {
      field: 'text',
      message: 'Send exactly one of “text”, “regenerateOf” and “continueOf”.',
    })
  }
  if (regenerateOf !== undefined) return { kind: 'regenerate', of: regenerateOf, answerId: newId() }
  if (continueOf !== undefined) return { kind: 'continue', of: continueOf }
  if (chatId === undefined && parentId) {
    throw new AppError('bad_request', {
      field: 'chatId',
      message: 'A message with “parentId” needs the “chatId” of its chat.',
    })
  }
  const clean = cleanText(text ?? '')
  return {
    kind: 'message',
    chatId: chatId ?? newId(),
    newChatTitle: chatId === undefined ? titleFromWords(clean) : null,
    parentId: parentId ?? null,
    userMessageId: newId(),
    answerId: newId(),
    text: clean,
  }
}

function idsOf(outcome: StartOutcome): RunStarted {
  switch (outcome.kind) {
    case 'started':
    case 'repeated':
      return outcome.ids
    case 'branch-busy':
      throw new AppError('branch_busy')
    case 'chat-missing':
      throw new AppError('not_found', { field: 'chatId' })
    case 'parent-missing':
      throw new AppError('parent_missing', { field: 'parentId' })
  }
}

/** Begins to write a run that the store has just created for this instance. */
async function beginWriting(
  { runs, chats, owned }: Pick<StartRunPorts, 'runs' | 'chats' | 'owned'>,
  row: RunRow,
): Promise<void> {
  // A run that continues an answer begins with the answer's text.
  const text = row.saved > 0 ? ((await runs.readWithText(row.id))?.text ?? '') : ''
  const path = rememberPath(chats, row)
  owned.startWriting({
    row,
    path,
    starts: row.starts.length > 0 ? row.starts : [[row.fence, 0]],
    text,
    saved: row.saved,
    replacesSaved: false,
    takenOver: false,
    request: async (model) => {
      const prompt = promptOf(await path())
      return text === '' ? { messages: prompt } : continueRequest(model, prompt, visibleText(text))
    },
  })
}

/** The request for a user's "continue": from the text itself if the model can, else by an instruction in the prompt. */
async function continueRequest(
  model: ResolvedModel,
  prompt: ReturnType<typeof promptOf>,
  text: string,
): ReturnType<OwnedRun['request']> {
  const how = await model.continuationMode()
  if (text.trim() === '') return { messages: prompt }
  if (how === 'none') return { messages: promptToContinue(prompt, text) }
  return { messages: prompt, continueFrom: { text, how } }
}

/** Notifies the user's other tabs; they may be connected to any instance. */
async function notifyOtherTabs(
  { events, chats, logger }: Pick<StartRunPorts, 'events' | 'chats' | 'logger'>,
  userId: string,
  ids: RunStarted,
  tab: string | null,
): Promise<void> {
  try {
    const chat = await chats.get(ids.chatId, userId)
    if (!chat) return
    const { chatId, userMessageId, messageId, runId } = ids
    events.notify(userId, { name: 'chat.changed', chat: presentChat(chat) })
    events.notify(userId, {
      name: 'messages.changed',
      chatId,
      messageIds: [userMessageId, messageId],
      messages: [],
      runId,
      currentId: null,
    })
    events.notify(userId, { name: 'run.started', run: ids, tab })
  } catch (error) {
    // The tabs read the chats when they reconnect. The run continues without this notification.
    logger.debug({ err: error, run: ids.runId }, 'other tabs were not notified of a run')
  }
}
