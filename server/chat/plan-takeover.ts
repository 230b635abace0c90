import { backoff } from '../base/index.ts'
import type { Sleep } from '../base/index.ts'
import { newerSource, sourceOf } from '../coordination/run-log/source.ts'
import type { Membership, RunLog, Source, Starts } from '../coordination/contracts.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import { visibleText } from '../../protocol/index.ts'
import type { ModelCatalogue } from '../upstream/contracts.ts'
import { continuation, promptOf } from './prompt.ts'
import { rememberPath } from './owned-run.ts'
import type { OwnedRun } from './owned-run.ts'
import { storedSource } from './run-view.ts'

export interface PlanTakeoverPorts {
  log: Pick<RunLog, 'read' | 'seize'>
  chats: Pick<Chats, 'path'>
  models: Pick<ModelCatalogue, 'resolve'>
  membership: Pick<Membership, 'redisHealthy'>
  /** Whether an answer that cannot be continued is regenerated or ends as interrupted. */
  policy: () => 'restart' | 'interrupt'
  /** How many deaths of owners without progress, and how many deaths in all, end a run as interrupted (rule 13). */
  limits: { attempts: number; deaths: number }
  sleep: Sleep
}

export type Plan =
  | { kind: 'drive'; run: OwnedRun; source: Source }
  /** No more text is written: the run was stopped, was tried too often, or must not be regenerated. */
  | { kind: 'finalise'; status: 'stopped' | 'interrupted'; run: OwnedRun; source: Source }
  /** The log has a higher fence: another instance owns the run, or the store has lost a claim. */
  | { kind: 'fenced'; fence: number }

/**
 * What a claimant does with a run that it has just claimed: it seizes the log, reads it, takes the newer of log and
 * store, and decides how the answer resumes (rules 8, 10, 13, 15). A claimant that dies in between destroys nothing.
 */
export async function planTakeover(ports: PlanTakeoverPorts, claimed: ClaimedRun): Promise<Plan> {
  const logged = await seizeAndRead(ports, claimed)
  if (logged === 'unavailable') return plan(ports, claimed, storedSource(claimed))
  if ('fenced' in logged) return { kind: 'fenced', fence: logged.fenced }
  return plan(ports, claimed, newerSource(storedSource(claimed), logged.source) ?? storedSource(claimed))
}

async function seizeAndRead(
  ports: PlanTakeoverPorts,
  { id, fence }: ClaimedRun,
): Promise<'unavailable' | { fenced: number } | { source: Source | undefined }> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ports.log.seize(id, fence)
    if (answer.kind === 'fenced') return { fenced: answer.fence }
    if (answer.kind === 'ok' || answer.kind === 'repeat') break
    // Retries longer while Redis seems reachable: some text may be only in the log, and is worth a few seconds.
    if (!ports.membership.redisHealthy() && attempt >= 2) return 'unavailable'
    if (attempt >= 10) return 'unavailable'
    await ports.sleep(backoff(attempt, { initialMs: 100, maxMs: 1000 }))
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    const entries = await ports.log.read(id)
    if (entries !== 'unavailable') return { source: sourceOf(entries) }
    await ports.sleep(backoff(attempt, { initialMs: 100, maxMs: 1000 }))
  }
  return 'unavailable'
}

async function plan(ports: PlanTakeoverPorts, claimed: ClaimedRun, source: Source): Promise<Plan> {
  const keptRun = ownedRun(ports, claimed, source, 'keep')
  if (claimed.stop) return { kind: 'finalise', status: 'stopped', run: keptRun, source: sourceFor(keptRun) }
  if (claimed.attempt >= ports.limits.attempts || claimed.deaths >= ports.limits.deaths) {
    return { kind: 'finalise', status: 'interrupted', run: keptRun, source: sourceFor(keptRun) }
  }
  if (source.text === '') return { kind: 'drive', run: keptRun, source: sourceFor(keptRun) }
  const model = await ports.models.resolve(claimed.model)
  const how = model ? await model.continuationMode() : 'none'
  if (continuation(source.text, how)) {
    const run = ownedRun(ports, claimed, source, 'continue')
    return { kind: 'drive', run, source: sourceFor(run) }
  }
  // Regenerating an answer that has only reasoning loses no visible text.
  const nothingVisible = visibleText(source.text).trim() === ''
  if (ports.policy() === 'interrupt' && !nothingVisible) {
    return { kind: 'finalise', status: 'interrupted', run: keptRun, source: sourceFor(keptRun) }
  }
  const run = ownedRun(ports, claimed, source, 'regenerate')
  return { kind: 'drive', run, source: sourceFor(run) }
}

function sourceFor(run: OwnedRun): Source {
  return { fence: run.row.fence, seq: 0, starts: run.starts, text: run.text }
}

function ownedRun(
  ports: PlanTakeoverPorts,
  claimed: ClaimedRun,
  source: Source,
  how: 'keep' | 'continue' | 'regenerate',
): OwnedRun {
  const text = how === 'regenerate' ? '' : source.text
  const own: Starts[number] = [claimed.fence, text.length]
  const starts: Starts = how === 'regenerate' ? [own] : [...source.starts, own]
  const descends = starts.some(([fence]) => fence === claimed.savedFence)
  const path = rememberPath(ports.chats, claimed)
  return {
    row: claimed,
    path,
    starts,
    text,
    saved: claimed.saved,
    replacesSaved: claimed.saved > 0 && !descends,
    takenOver: true,
    request: async (model) => {
      const prompt = promptOf(await path())
      const continueFrom =
        how === 'continue' ? continuation(source.text, await model.continuationMode()) : undefined
      return { messages: prompt, ...(continueFrom ? { continueFrom: continueFrom } : {}) }
    },
  }
}
