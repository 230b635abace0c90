import { allTables, factsOf } from './tables.ts'

/** Returns the text of docs/operations/data.md, generated from the list of tables. */
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

All permanent data is in these tables, in SQLite or PostgreSQL. Redis holds temporary data only.

- **secrets**: columns that would give an attacker access. Passwords, API keys and tokens are stored as hashes; provider
  keys are encrypted with WEBUI_SECRET_KEY. A backup contains all of them: protect it like the database.
- **backup**: whether \`shoal backup\`, \`shoal restore\` and \`shoal db copy\` include the rows. Every restore
  also ends all sessions, suspends API keys and jobs, and ends unfinished answers.
- **copy**: the same for \`shoal restore --as-copy\`. _disabled_: the row is restored, and an administrator has to enable it.
- **erasure**: what happens to a user's rows when the account is deleted from the database.

| table | a row is | secrets | backup | copy | erasure |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Personal data

Each request writes a log line with the client's address, the path without its query, and the account's id. How long
these lines are kept depends on your log collection. A log line never contains the text of a message.

| table | purpose | kept | other copies |
| --- | --- | --- | --- |
${people.join('\n')}
`
}
