import { allTables, factsOf } from './tables.ts'

/** docs/operations/data.md, from the list of tables. */
export function documentTables(): string {
  const rows = allTables.map((table) => {
    const { holds, secrets = [], backup, asCopy, erasure } = factsOf(table)
    const names = secrets.map((name) => `\`${name}\``).join(', ') || '–'
    const copy = backup ? (asCopy ?? 'yes') : 'no'
    return `| \`${table}\` | ${holds} | ${names} | ${backup ? 'yes' : 'no'} | ${copy} | ${erasure} |`
  })
  const people = allTables.flatMap((table) => {
    const { personal } = factsOf(table)
    return personal
      ? [`| \`${table}\` | ${personal.purpose} | ${personal.retention} | ${personal.copies} |`]
      : []
  })
  return `# What Shoal stores

Generated from \`server/store/tables.ts\` by \`npm run docs\`; change it there.

Everything that lasts is in these tables, of SQLite or PostgreSQL. Redis holds nothing that lasts.

- **secrets**: columns that would let somebody in. Passwords, keys and tokens are stored as hashes; keys of providers are
  encrypted with WEBUI_SECRET_KEY. A backup has all of them: keep it as safe as the database.
- **backup**: whether \`shoal backup\` saves the rows, and \`shoal restore\` and \`shoal db copy\` bring them. Every restore
  also ends sessions, suspends API keys and jobs, and ends answers that were being written.
- **copy**: the same for \`shoal restore --as-copy\`. _disabled_: an administrator has to enable the row.
- **erasure**: what becomes of a person's rows when the account is deleted from the database.

| table | a row is | secrets | backup | copy | erasure |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Personal data

Each request has a line in the log with the client's address, the path without its query, and the id of the account; how
long lines stay is up to whoever collects them. A log line never has the text of a message.

| table | purpose | kept | other copies |
| --- | --- | --- | --- |
${people.join('\n')}
`
}
