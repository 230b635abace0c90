import { authorityVariables, ignoredVariables } from './ignored-variables.ts'
import type { Variable } from './variable.ts'
import { groupTitles, variables } from './variables.ts'

/** The text of docs/configuration.md, generated from the table of variables. */
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

You configure Shoal with environment variables. One instance starts without any; several instances need two,
\`DATABASE_URL\` and \`REDIS_URL\`. Where Open WebUI has a variable, Shoal uses the same name and meaning, so that its
compose files and manifests work once you replace the image.

- An empty value counts as not set.
- If a value is invalid, Shoal does not start (exit code 78) and prints the variable's name and what to write instead.
- Shoal logs a warning at the start for an unknown name that resembles one of these, with the name you probably meant.
- \`shoal config\` prints the effective value of every variable and its source. It masks secrets.
- To read a **secret** from a file, set \`<NAME>_FILE\` to the file's path instead of setting the variable itself.
- \`--port\`, \`--host\` and \`--data\` of \`shoal start\` override \`PORT\`, \`HOST\` and \`DATA_DIR\`.

${groups.join('\n')}
## Accepted and ignored

These variables of Open WebUI have no effect here and prevent no start. Shoal logs a warning for each one that is set.

| variable | reason |
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
    spellings.length > 0
      ? `You can also write ${spellings.map((it) => `\`${it}\``).join(', ')}, which takes precedence.`
      : '',
    oldNames.length > 0
      ? `Older names that still work: ${oldNames.map((old) => `\`${old}\``).join(', ')}.`
      : '',
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
