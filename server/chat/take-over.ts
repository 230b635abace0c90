import { backoff, sleep } from '../base/index.ts'
import { newer, sourceOf } from '../coordination/run-log/source.ts'
import type { Source, Starts } from '../coordination/contracts.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import { visibleText } from '../../protocol/index.ts'
import type { ChatContext } from './chat-context.ts'
import { continuation, promptOf } from './prompt.ts'
import { rememberPath } from './owned-run.ts'
import type { OwnedRun } from './owned-run.ts'
import { storedSource } from './run-view.ts'

export type Plan =
  | { kind: 'drive'; run: OwnedRun; source: Source }
  /** Nothing more is written: it was stopped, tried too often, or may not be written anew. */
  | { kind: 'finalise'; status: 'stopped' | 'interrupted'; run: OwnedRun; source: Source }
  /** The log has a higher fence: somebody else owns it, or the store has lost a claim. */
  | { kind: 'fenced'; fence: number }

/**
 * What a claimant does with a run it has just claimed: seize the log, read it, take the newer of log and store, and
 * decide how the answer goes on (rules 8, 10, 13, 15). Whoever dies in between has destroyed nothing.
 */
export async function planTakeover(context: ChatContext, claimed: ClaimedRun): Promise<Plan> {
  const logged = await seizeAndRead(context, claimed)
  if (logged === 'unavailable') return plan(context, claimed, storedSource(claimed))
  if ('fenced' in logged) return { kind: 'fenced', fence: logged.fenced }
  return plan(context, claimed, newer(storedSource(claimed), logged.source) ?? storedSource(claimed))
}

async function seizeAndRead(
  context: ChatContext,
  { id, fence }: ClaimedRun,
): Promise<'unavailable' | { fenced: number } | { source: Source | undefined }> {
  for (let attempt = 0; ; attempt++) {
    const answer = await context.log.seize(id, fence)
    if (answer.kind === 'fenced') return { fenced: answer.fence }
    if (answer.kind === 'ok' || answer.kind === 'repeat') break
    // Retried while the link seems to be there: the words only the log has are worth some seconds.
    if (!context.membership.redisHealthy() && attempt >= 2) return 'unavailable'
    if (attempt >= 10) return 'unavailable'
    await sleep(backoff(attempt, { first: 100, most: 1000 }))
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    const entries = await context.log.read(id)
    if (entries !== 'unavailable') return { source: sourceOf(entries) }
    await sleep(backoff(attempt, { first: 100, most: 1000 }))
  }
  return 'unavailable'
}

async function plan(context: ChatContext, claimed: ClaimedRun, source: Source): Promise<Plan> {
  const keeping = ownedRun(context, claimed, source, 'keep')
  if (claimed.stop) return { kind: 'finalise', status: 'stopped', run: keeping, source: sourceFor(keeping) }
  if (claimed.attempt >= context.limits.attempts || claimed.deaths >= context.limits.deaths) {
    return { kind: 'finalise', status: 'interrupted', run: keeping, source: sourceFor(keeping) }
  }
  if (source.text === '') return { kind: 'drive', run: keeping, source: sourceFor(keeping) }
  const model = await context.models.resolve(claimed.model)
  const how = model ? await model.continues() : 'none'
  if (continuation(source.text, how)) {
    const run = ownedRun(context, claimed, source, 'continue')
    return { kind: 'drive', run, source: sourceFor(run) }
  }
  // Nothing visible is lost when only thinking is written anew.
  const nothingVisible = visibleText(source.text).trim() === ''
  if (context.policy() === 'interrupt' && !nothingVisible) {
    return { kind: 'finalise', status: 'interrupted', run: keeping, source: sourceFor(keeping) }
  }
  const run = ownedRun(context, claimed, source, 'anew')
  return { kind: 'drive', run, source: sourceFor(run) }
}

function sourceFor(run: OwnedRun): Source {
  return { fence: run.row.fence, seq: 0, starts: run.starts, text: run.text }
}

function ownedRun(
  context: ChatContext,
  claimed: ClaimedRun,
  source: Source,
  how: 'keep' | 'continue' | 'anew',
): OwnedRun {
  const text = how === 'anew' ? '' : source.text
  const own: Starts[number] = [claimed.fence, text.length]
  const starts: Starts = how === 'anew' ? [own] : [...source.starts, own]
  const descends = starts.some(([fence]) => fence === claimed.savedFence)
  const path = rememberPath(context.store.chats, claimed)
  return {
    row: claimed,
    path,
    starts,
    text,
    saved: claimed.saved,
    anew: claimed.saved > 0 && !descends,
    takenOver: true,
    request: async (model) => {
      const prompt = promptOf(await path())
      const goOn = how === 'continue' ? continuation(source.text, await model.continues()) : undefined
      return { messages: prompt, ...(goOn ? { continueFrom: goOn } : {}) }
    },
  }
}
