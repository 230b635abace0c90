import { newId } from '../../server/base/index.ts'
import { visibleText } from '../../protocol/index.ts'
import type { NewUser, RunIds, RunRow, SavePart, StartRun, Store, UserRow } from '../../server/store/index.ts'

/** The store under test. A suite can open further handles on it, as several instances would. */
export interface StoreUnderTest {
  store: Store
  /** Opens another handle on the same database; returns the same handle if only one process may use the database. */
  another(): Promise<Store>
  close(): Promise<void>
}

export type MakeStore = () => Promise<StoreUnderTest>

export async function givenUser(store: Store, about: Partial<NewUser> = {}): Promise<UserRow> {
  const id = about.id ?? newId()
  const user: NewUser = {
    id,
    email: `${id}@example.org`,
    name: 'Ada Lovelace',
    passwordHash: 'hash',
    role: 'user',
    tokenEpoch: newId(),
    ...about,
  }
  const outcome = await store.users.create(user)
  const made = await store.users.byId(id)
  if (outcome !== 'created' || !made) throw new Error(`the user was not created: ${outcome}`)
  return made
}

type MessageForm = Extract<StartRun['form'], { kind: 'message' }>

/** A request for an answer, in a new chat unless `form` names a chat. */
export function messageRequest(
  userId: string,
  { form = {}, ...rest }: Partial<Omit<StartRun, 'form'>> & { form?: Partial<MessageForm> } = {},
): StartRun & { form: MessageForm } {
  return {
    userId,
    clientId: newId(),
    runId: newId(),
    owner: 'me',
    model: 'demo',
    stop: false,
    ...rest,
    form: {
      kind: 'message',
      chatId: newId(),
      newChatTitle: form.chatId === undefined ? 'A chat' : null,
      parentId: null,
      userMessageId: newId(),
      answerId: newId(),
      text: 'What is a shoal?',
      ...form,
    },
  }
}

export interface StartedRun {
  ids: RunIds
  run: RunRow
}

/** Starts a run. Throws if the run does not start. */
export async function started(store: Store, request: StartRun): Promise<StartedRun> {
  const outcome = await store.runs.start(request)
  if (outcome.kind !== 'started') throw new Error(`expected a started run, got ${outcome.kind}`)
  return outcome
}

export async function givenRun(
  store: Store,
  userId: string,
  about: Parameters<typeof messageRequest>[1] = {},
): Promise<StartedRun> {
  return started(store, messageRequest(userId, about))
}

/** A part of a run's text that begins at `start`, to be saved. */
export function part(run: { id: string; fence: number }, start: number, text: string): SavePart {
  return {
    id: run.id,
    fence: run.fence,
    start,
    length: text.length,
    seq: start + 1,
    starts: [[run.fence, 0]],
    text,
  }
}

/** Writes `text` and ends the run with it. */
export async function ended(
  store: Store,
  run: RunRow,
  text: string,
  status: 'done' | 'stopped' | 'interrupted' | 'failed' = 'done',
): Promise<void> {
  if (text !== '') await store.runs.save([part(run, 0, text)])
  const starts: RunRow['starts'] = [[run.fence, 0]]
  const outcome = await store.runs.finalise({
    id: run.id,
    fence: run.fence,
    saved: text.length,
    status,
    starts,
    meta: {},
    said: visibleText(text),
  })
  if (!outcome) throw new Error('the run was not ended')
}

/** The arguments to claim a run from an owner that never sent a heartbeat, without a grace period. */
export function claimBy(
  me: string,
  run: { id: string; owner: string; fence: number },
): Parameters<Store['runs']['claim']>[0] {
  return {
    id: run.id,
    me,
    ownerSeen: run.owner,
    fenceSeen: run.fence,
    redisFence: 0,
    attempts: 1,
    leaseMs: 2500,
    graceMs: 0,
  }
}
