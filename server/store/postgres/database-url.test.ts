import { describe, expect, test } from 'vitest'
import { readDatabaseUrl } from './database-url.ts'

describe('readDatabaseUrl', () => {
  test('takes the schemes of libpq and of SQLAlchemy', () => {
    for (const scheme of [
      'postgres',
      'postgresql',
      'postgresql+asyncpg',
      'postgres+psycopg',
      'postgresql+psycopg2',
    ]) {
      expect(readDatabaseUrl(` ${scheme}://u:p%40ss@db:5432/shoal `)).toBe(
        'postgresql://u:p%40ss@db:5432/shoal',
      )
    }
  })

  test('means by sslmode what libpq means, and reads asyncpg’s ssl', () => {
    expect(readDatabaseUrl('postgres://db/x?sslmode=require')).toBe(
      'postgresql://db/x?sslmode=require&uselibpqcompat=true',
    )
    expect(readDatabaseUrl('postgresql+asyncpg://db/x?ssl=require')).toContain('sslmode=require')
    expect(readDatabaseUrl('postgresql+asyncpg://db/x?ssl=true')).toContain('sslmode=require')
    expect(readDatabaseUrl('postgresql+asyncpg://db/x?ssl=disable')).toContain('sslmode=disable')
  })

  test('refuses what is no PostgreSQL address with its name and the cure, without repeating a password', () => {
    for (const wrong of [
      'mysql://u:secret@db/x',
      'sqlite:///data/webui.db',
      '',
      'postgres://u:secret@@:port/x',
    ]) {
      const attempt = (): string => readDatabaseUrl(wrong)
      expect(attempt).toThrow(/DATABASE_URL.*postgresql:\/\//)
      expect(attempt).not.toThrow(/secret/)
    }
  })
})
