import { AppError } from '../../protocol/index.ts'
import type { LimitState, RunStartRequest, RunStarted } from '../../protocol/index.ts'
import { cleanText, newId } from '../base/index.ts'
import type { ResolvedModel } from '../upstream/contracts.ts'
import type { RunRow, StartOutcome, StartRun } from '../store/contract/runs.ts'
import type { ChatContext } from './chat-context.ts'
import { rememberPath } from './owned-run.ts'
import type { OwnedRuns } from './owned-runs.ts'
import { presentChat } from './present.ts'
import { promptOf, promptToContinue } from './prompt.ts'
import { visibleText } from '../../protocol/index.ts'
import { stopRun } from './stop-run.ts'
import { titleFromWords } from './title.ts'

export interface StartRunOptions {
  context: ChatContext
  /** Hears of the limit that counted this start. */
  told?: (limit: LimitState) => void
  owned: OwnedRuns
  /** False while this instance drains: then the run is made without an owner, and another one claims it. */
  accepting: () => boolean
}

/**
 * Writes message, answer and run in one transaction, answers at once, and begins to ask the model. The caller's socket
 * is on this instance, so words reach it without crossing Redis. The same `clientId` again returns the same run.
 */
export async function startRun(
  { context, owned, accepting, told }: StartRunOptions,
  userId: string,
  request: RunStartRequest,
  tab: string | null = null,
): Promise<RunStarted> {
  const form = formOf(request)
  const runId = newId(context.clock.now())
  const arriving = owned.expect(runId)
  try {
    const mine = accepting()
    const outcome = await admit(context, { userId, request }, (limit) => {
      if (limit) told?.(limit)
      return context.store.runs.start({
        userId,
        clientId: request.clientId,
        runId,
        owner: mine ? context.me : '',
        model: request.model,
        stop: request.stop ?? false,
        form,
      })
    })
    const ids = idsOf(outcome)
    if (outcome.kind !== 'started') return await repeat({ context, owned }, userId, request, ids)
    if (mine) await begin(context, owned, outcome.run)
    else void context.send('runs.released', { runs: 1 })
    void tellStarted(context, userId, ids, tab)
    return ids
  } finally {
    arriving.arrived()
  }
}

/**
 * The client's id comes before everything that may refuse: a request whose answer was lost is asked again, and by then
 * its model may be gone and its own answer may fill the limit.
 */
async function admit(
  { models, limiter, store }: ChatContext,
  { userId, request: { model, clientId } }: { userId: string; request: RunStartRequest },
  start: (limit: LimitState | undefined) => Promise<StartOutcome>,
): Promise<StartOutcome> {
  if (await models.resolve(model)) {
    const admitted = await limiter.admit({ userId, clientId }, start)
    return admitted.kind === 'repeated' ? admitted : admitted.outcome
  }
  const { ids } = await store.runs.beforeStart(userId, clientId)
  if (ids) return { kind: 'repeated', ids }
  throw new AppError('unknown_model', { field: 'model' })
}

async function repeat(
  parts: Parameters<typeof stopRun>[0],
  userId: string,
  { stop }: RunStartRequest,
  ids: RunStarted,
): Promise<RunStarted> {
  // Stop was pressed before the first answer got through.
  if (stop) await stopRun(parts, userId, ids.runId)
  return ids
}

function formOf(request: RunStartRequest): StartRun['form'] {
  const { text, chatId, parentId, regenerateOf, continueOf } = request
  const given = [text, regenerateOf, continueOf].filter((value) => value !== undefined)
  if (given.length !== 1) {
    throw new AppError('bad_request', {
      field: 'text',
      message: 'Give exactly one of text, regenerateOf and continueOf.',
    })
  }
  if (regenerateOf !== undefined) return { kind: 'regenerate', of: regenerateOf, answerId: newId() }
  if (continueOf !== undefined) return { kind: 'continue', of: continueOf }
  if (chatId === undefined && parentId) {
    throw new AppError('bad_request', {
      field: 'chatId',
      message: 'A message with a parent needs the chatId it belongs to.',
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

/** Begins to write a run that the store has just made for this instance. */
async function begin(context: ChatContext, owned: OwnedRuns, row: RunRow): Promise<void> {
  // A run that continues an answer begins with its text.
  const text = row.saved > 0 ? ((await context.store.runs.readWithText(row.id))?.text ?? '') : ''
  const path = rememberPath(context.store.chats, row)
  owned.startWriting({
    row,
    path,
    starts: row.starts.length > 0 ? row.starts : [[row.fence, 0]],
    text,
    saved: row.saved,
    anew: false,
    takenOver: false,
    request: async (model) => {
      const prompt = promptOf(await path())
      return text === '' ? { messages: prompt } : continueOn(model, prompt, visibleText(text))
    },
  })
}

/** A person asked to go on: from the text itself where the model can, else by asking for it in words. */
async function continueOn(
  model: ResolvedModel,
  prompt: ReturnType<typeof promptOf>,
  text: string,
): ReturnType<Parameters<OwnedRuns['startWriting']>[0]['request']> {
  const how = await model.continues()
  if (text.trim() === '') return { messages: prompt }
  if (how === 'none') return { messages: promptToContinue(prompt, text) }
  return { messages: prompt, continueFrom: { text, how } }
}

/** Tells the user's other tabs; they may be on any instance. */
async function tellStarted(
  context: ChatContext,
  userId: string,
  ids: RunStarted,
  tab: string | null,
): Promise<void> {
  const { events, store, logger } = context
  try {
    const chat = await store.chats.get(ids.chatId, userId)
    if (!chat) return
    const { chatId, userMessageId, messageId, runId } = ids
    events.tell(userId, { name: 'chat.changed', chat: presentChat(chat) })
    events.tell(userId, {
      name: 'messages.changed',
      chatId,
      messageIds: [userMessageId, messageId],
      messages: [],
      runId,
      currentId: null,
    })
    events.tell(userId, { name: 'run.started', run: ids, tab })
  } catch (error) {
    // The tabs read the list when they come back; the run is not held up for it.
    logger.debug({ err: error, run: ids.runId }, 'other tabs were not told of a run')
  }
}
