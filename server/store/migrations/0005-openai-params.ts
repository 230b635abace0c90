import type { Migration } from './migration.ts'

/**
 * Adds whether requests to a connection contain only parameters that OpenAI documents. Older code sends all of them.
 */
export const openAiParams: Migration = {
  number: 5,
  name: 'openai params',
  kind: 'expand',
  oldestCode: 1,
  statements: (s) => [
    `alter table ${s}connection add column openai_params_only boolean not null default false`,
  ],
}
