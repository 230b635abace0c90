import { errorCatalogue } from '../protocol/errors.ts'

/** docs/errors.md, from the catalogue that server and page share. */
export function documentErrors(): string {
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
