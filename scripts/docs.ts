// Writes the pages of docs/ that are generated from code. `--check` writes nothing and fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { format } from 'oxfmt'
import { errorCatalogue } from '../protocol/errors.ts'
import { openAiPaths } from '../server/compat/openai-description.ts'
import { documentConfiguration } from '../server/config.ts'
import { documentTables } from '../server/store/document-tables.ts'
import { describeApi } from '../server/http/open-api.ts'

const folder = join(import.meta.dirname, '../docs')
const pages: Record<string, () => string> = {
  'configuration.md': documentConfiguration,
  'errors.md': documentErrors,
  'operations/data.md': documentTables,
  'api/openapi.json': documentApi,
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [name, write] of Object.entries(pages)) {
  const path = join(folder, name)
  const text = name.endsWith('.md') ? (await format(name, write())).code : write()
  if (read(path) === text) continue
  stale.push(`docs/${name}`)
  if (check) continue
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
if (stale.length > 0) {
  console.log(check ? `stale: ${stale.join(', ')}; run \`npm run docs\`` : `written: ${stale.join(', ')}`)
}
if (check && stale.length > 0) process.exitCode = 1

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there yet: as good as stale.
    return undefined
  }
}

/** docs/errors.md, from the catalogue that server and page share. */
function documentErrors(): string {
  const rows = Object.entries(errorCatalogue)
    .toSorted(([a, { status: first }], [b, { status: second }]) => first - second || a.localeCompare(b))
    .map(
      ([code, { status, retryable, message }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
    )
  return `# Errors

Generated from \`protocol/errors.ts\` by \`npm run docs\`; change it there.

A failed request answers with \`{"error": {"code", "message", "field?", "retryAfterMs?", "limit?", "requestId"}}\`. Programs decide
by \`code\`; \`message\` is for people and may change. \`field\` names what is wrong in the request, \`retryAfterMs\` says after
how many milliseconds trying again makes sense, \`limit\` names the limit of one user that was reached
(\`{"of": "requests" | "tokens" | "running", "max"}\`: the first two in a minute, the last at once), and \`requestId\` finds the request in the log.

| code | status | may succeed later | message |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

/** What `/api/openapi.json` answers, but for the version and the server's address: a diff shows what a change breaks. */
function documentApi(): string {
  const api = describeApi({ version: 'unreleased', publicUrl: null, basePath: '' }, openAiPaths)
  return `${JSON.stringify(api, null, 2)}
`
}
