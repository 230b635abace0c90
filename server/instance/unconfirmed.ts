import type { Store } from '../store/index.ts'

/** What waits for an administrator since the store was restored or copied; undefined: nothing does. */
export async function unconfirmed({ epochs }: Pick<Store, 'epochs'>): Promise<string | undefined> {
  const { unconfirmed: waiting, begunAt } = await epochs.read()
  const { apiKeys, jobs } = waiting
  if (apiKeys + jobs === 0) return undefined
  const since = new Date(begunAt).toISOString().slice(0, 10)
  return `The data was restored or copied on ${since}: ${apiKeys} API keys and ${jobs} background jobs are suspended until you run \`shoal store confirm\``
}
