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

A failed request answers with \`{"error": {"code", "message", "field?", "retryAfterMs?", "requestId"}}\`. Programs decide
by \`code\`; \`message\` is for people and may change. \`field\` names what is wrong in the request, \`retryAfterMs\` says after
how many milliseconds trying again makes sense, and \`requestId\` finds the request in the log.

| code | status | may succeed later | message |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
