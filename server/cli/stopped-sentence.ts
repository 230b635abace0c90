import type { EpochCounts } from '../store/index.ts'

/** What a new epoch stopped, and how to let it work again. */
export function stoppedSentence({ runs, sessions, apiKeys, jobs }: EpochCounts): string {
  const waiting =
    apiKeys + jobs === 0
      ? 'No API keys or background jobs had to be suspended.'
      : `API keys suspended: ${apiKeys}. Background jobs suspended: ${jobs}. Both wait until you run \`shoal store confirm\`; first revoke the keys that were revoked after the backup was made.`
  return `A restored installation does nothing by itself. Unfinished answers that ended as interrupted: ${runs}. Sessions that ended: ${sessions}; everybody signs in again, with the password of that time. ${waiting}`
}
