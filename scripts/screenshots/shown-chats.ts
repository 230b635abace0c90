// The chats in the screenshots, including an answer with every kind of content.

export const question = 'How do we count sign-ins when five servers share the traffic?'

export const longAnswer = String.raw`Let each server ask **one shared place** before it lets somebody in. A limit kept in each process lets through five times
what you meant: with $n$ servers and a limit of $r$, up to

$$
n \cdot r \quad\text{instead of}\quad r
$$

### What each place promises

| Place | Exact | Survives a restart | Cost of a question |
| :-- | :-: | :-: | --: |
| Memory of each server | no | no | 0.1 µs |
| Redis, one script | yes | mostly | 0.3 ms |
| A row in PostgreSQL | yes | yes | 1.2 ms |

### The smallest thing that works

${'```'}ts
const script = ${'`'}
  local used = redis.call('INCR', KEYS[1])
  if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return used
${'`'}

export async function allow(address: string): Promise<boolean> {
  const used = await redis.eval(script, 1, ${'`signin:${address}`'}, 60_000)
  return Number(used) <= 10
}
${'```'}

While Redis is unavailable, divide the limit: each server allows a fifth. If it then refuses a sign-in, it asks the user to
try again later.
`

/** Plain text that is long enough to be still streaming when its server is killed. */
export const longProse = Array.from({ length: 40 }, (_, index) =>
  [
    'No server owns an answer for ever. The server that writes it holds a lease, and sends a heartbeat twice a second.',
    'When the heartbeats stop, another server reads the text so far, takes the next fencing number, and resumes in the same message.',
    'The old server may wake up after a long pause and keep writing. But its text has the lower number, and every store rejects it.',
    'So the reader sees a single text that grows, and for a moment a note that another server has taken over.',
  ][index % 4]!.concat(index % 2 === 1 ? '\n\n' : ' '),
)
  .join('')
  .split(/(?<= )/)

export const otherChats = [
  'A holiday plan for Lisbon in May',
  'Rewrite the release notes in plain words',
  'Which index does this query need?',
  'Three names for a sailing boat',
  'Explain leases to a new colleague',
]
