import type { Migration } from './migration.ts'

/**
 * Adds the Redis prefixes that instances on this database use, so that instances with different prefixes are noticed.
 */
export const redisPrefix: Migration = {
  number: 7,
  name: 'redis-prefix',
  kind: 'expand',
  oldestCode: 1,
  statements: (prefix) => [
    `create table ${prefix}redis_prefix (
      prefix text not null primary key,
      label text not null,
      seen_at bigint not null
    )`,
  ],
}
