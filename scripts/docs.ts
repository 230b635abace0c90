// Writes the pages of docs/ that are generated from code. `--check` writes nothing and fails if a page is out of date.
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
  console.log(
    check ? `out of date: ${stale.join(', ')}; run \`npm run docs\`` : `written: ${stale.join(', ')}`,
  )
}
if (check && stale.length > 0) process.exitCode = 1

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A page that does not exist yet counts as out of date.
    return undefined
  }
}

/** The text of docs/errors.md, from the catalogue that server and page share. */
function documentErrors(): string {
  const rows = Object.entries(errorCatalogue)
    .toSorted(([a, { status: first }], [b, { status: second }]) => first - second || a.localeCompare(b))
    .map(
      ([code, { status, retryable, message }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
    )
  return `# Errors

Generated from \`protocol/errors.ts\` by \`npm run docs\`; change it there.

The response to a failed request is \`{"error": {"code", "message", "field?", "retryAfterMs?", "limit?", "rule?", "change?", "requestId"}}\`.

- \`code\` is for programs. \`message\` is for users and may change.
- \`field\` names the invalid field of the request.
- \`retryAfterMs\` is the time in milliseconds after which a retry makes sense.
- \`limit\` is the limit per user that was reached, \`{"of": "requests" | "tokens" | "running", "max"}\`: requests and tokens per
  minute, or concurrent answers.
- \`rule\` is the rule that the value of \`field\` breaks, \`{"name", "limit?"}\`, for clients that say it in their own language.
- \`change\` says who made the change that a \`stale_revision\` would overwrite, and when, \`{"by", "at"}\`.
- \`requestId\` identifies the request in the log.

| code | status | may succeed later | message |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

/**
 * The content of `/api/openapi.json`, without the version and the server's address, so that a diff shows what a change
 * breaks.
 */
function documentApi(): string {
  const api = describeApi({ version: 'unreleased', publicUrl: null, basePath: '' }, openAiPaths)
  return `${JSON.stringify(api, null, 2)}
`
}
