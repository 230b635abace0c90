/**
 * A DATABASE_URL as pg takes it: SQLAlchemy's drivers in the scheme (`+asyncpg`, `+psycopg`, `+psycopg2`) are dropped,
 * asyncpg's `ssl` means `sslmode`, and sslmode means what it means to libpq (`require` does not verify). Throws an
 * Error with the cure where it is no PostgreSQL address. The address itself, with its password, is never repeated.
 */
export function readDatabaseUrl(text: string): string {
  const match = /^postgres(?:ql)?(?:\+(?:asyncpg|psycopg|psycopg2))?:\/\/(.*)$/s.exec(text.trim())
  const url = match && URL.canParse(`postgresql://${match[1]}`) ? new URL(`postgresql://${match[1]}`) : null
  if (!url) {
    throw new Error(
      'DATABASE_URL is not the address of a PostgreSQL database: write it as postgresql://user:password@host:5432/database (special characters in the password as %XX)',
    )
  }
  const ssl = url.searchParams.get('ssl')
  if (ssl !== null && !url.searchParams.has('sslmode')) {
    url.searchParams.delete('ssl')
    url.searchParams.set('sslmode', /^(true|1)$/i.test(ssl) ? 'require' : ssl)
  }
  if (url.searchParams.has('sslmode') && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('uselibpqcompat', 'true')
  }
  return url.href
}
