import type { EpochCounts } from '../store/index.ts'

/** Describes what a new epoch stopped, and how to reactivate it. */
export function describeStopped({ runs, sessions, apiKeys, jobs }: EpochCounts): string {
  const waiting =
    apiKeys + jobs === 0
      ? 'No API keys or background jobs had to be suspended.'
      : `API keys suspended: ${apiKeys}. Background jobs suspended: ${jobs}. To reactivate both, first revoke again the keys that were revoked after the backup was made, then run \`shoal store confirm\`.`
  return `A restored installation starts nothing by itself. Unfinished answers that were interrupted: ${runs}. Sessions that were ended: ${sessions}; all users have to sign in again, with the passwords they had at the time of the backup. ${waiting}`
}
