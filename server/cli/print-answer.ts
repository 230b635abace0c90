import { z } from 'zod'
import { userView } from '../../protocol/http/users.ts'
import type { UserView } from '../../protocol/index.ts'
import type { CommandName } from './commands.ts'
import { describeStopped } from './describe-stopped.ts'

const epochCounts = z.object({
  runs: z.number(),
  sessions: z.number(),
  apiKeys: z.number(),
  jobs: z.number(),
})

/** Formats the result of a command for printing. Throws if the result has a shape that this version does not know. */
export function printAnswer(name: CommandName, answer: unknown, asJson: boolean): string {
  if (name === 'user list') {
    const users = z.array(userView).parse(answer)
    return asJson ? JSON.stringify(users, undefined, 2) : table(users)
  }
  if (name === 'user reset-password') return z.object({ password: z.string() }).parse(answer).password
  if (name === 'store new-epoch') return describeStopped(epochCounts.parse(answer))
  if (name === 'store confirm') {
    const { apiKeys, jobs } = epochCounts.pick({ apiKeys: true, jobs: true }).parse(answer)
    return `API keys reactivated: ${apiKeys}. Background jobs reactivated: ${jobs}.`
  }
  if (name === 'key create') return z.object({ key: z.string() }).parse(answer).key
  const { email, role, active } = userView.parse(answer)
  return `${email}: ${role}${active ? '' : ', deactivated'}`
}

function table(users: UserView[]): string {
  const rows = users.map(({ email, role, active, name, createdAt }) => [
    email,
    active ? role : `${role} (deactivated)`,
    new Date(createdAt).toISOString().slice(0, 10),
    // A name may contain control characters, which a terminal would execute.
    name.replaceAll(/\p{Cc}/gu, '\uFFFD'),
  ])
  const all = [['EMAIL', 'ROLE', 'SINCE', 'NAME'], ...rows]
  const width = (column: number): number => Math.max(...all.map((row) => (row[column] ?? '').length))
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 3 ? cell : cell.padEnd(width(column))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
