import { authorityVariables, ignoredVariables } from './ignored-variables.ts'
import type { Variable } from './variable.ts'
import { groupTitles, variables } from './variables.ts'

/** docs/configuration.md, from the table of variables. */
export function documentConfiguration(): string {
  const groups = Object.entries(variables).map(
    ([group, rows]) =>
      `## ${groupTitles[group as keyof typeof groupTitles]}\n\n| variable | type | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n${Object.values<Variable<unknown>>(rows).map(row).join('\n')}\n`,
  )
  const ignored = [...ignoredVariables, ...authorityVariables].map(
    ([name, reason]) => `| \`${name}\` | ${escape(reason)} |`,
  )
  return `# Configuration

Generated from \`server/config/\` by \`npm run docs\`; change it there.

Shoal is configured by environment variables. None is needed to start one instance; two make a fleet: \`DATABASE_URL\`
and \`REDIS_URL\`. Names and meanings are those of Open WebUI where it has them, so that its compose files and manifests
work with the image replaced.

- An empty value counts as not set.
- A value that cannot be right stops the start (exit code 78) with the variable's name and what to write instead.
- A name that looks like one of these and is none is reported at the start, with the name that was probably meant.
- \`shoal config\` prints every variable as it takes effect, without secrets, and where it comes from.
- A **secret** may come from a file: set \`<NAME>_FILE\` to its path instead.
- \`--port\`, \`--host\` and \`--data\` of \`shoal start\` win over \`PORT\`, \`HOST\` and \`DATA_DIR\`.

${groups.join('\n')}
## Accepted and ignored

These are known from Open WebUI. They stop nothing and do nothing here; each one that is set is reported at the start.

| variable | why |
| --- | --- |
${ignored.join('\n')}
`
}

function row({
  name,
  oldNames,
  spellings,
  kind,
  fallbackText,
  unit,
  meaning,
  secret,
}: Variable<unknown>): string {
  const notes = [
    meaning,
    secret === 'no' ? '' : '**Secret.**',
    spellings.length > 0 ? `Also written ${spellings.map((it) => `\`${it}\``).join(', ')}, which wins.` : '',
    oldNames.length > 0 ? `Older names: ${oldNames.map((old) => `\`${old}\``).join(', ')}.` : '',
  ]
  const cells = [
    `\`${name}\``,
    kind.type,
    fallbackText === '' ? 'not set' : `\`${fallbackText}\``,
    unit,
    notes.filter(Boolean).join(' '),
  ]
  return `| ${cells.map(escape).join(' | ')} |`
}

function escape(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
