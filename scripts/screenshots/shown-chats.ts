// What the pictures show: a conversation with everything that an answer is made of.

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

While Redis is away, share the limit out: each server allows a fifth. Somebody who is turned away then is told to try
again, never that a limit was reached.
`

/** Plain words, long enough to be written still when their server is killed. */
export const longProse = Array.from({ length: 40 }, (_, place) =>
  [
    'An answer belongs to nobody. The server that writes it holds a lease, and says twice a second that it is alive.',
    'When it falls silent, another one reads what was written, raises the number that orders the writers, and goes on in the same message.',
    'The old one may come back from a long pause and believe that nothing has happened: its words carry the lower number, and every store refuses them.',
    'So the reader sees one text that grows, and for a moment a line that says who writes now.',
  ][place % 4]!.concat(place % 2 === 1 ? '\n\n' : ' '),
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
