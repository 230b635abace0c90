// An answer of about 3,000 tokens with all elements that answers have, for measurements and for visual checks.

const opening = String.raw`# Keeping a counter that many machines share

A counter looks like the smallest thing a service can own, and it is the first to break when the service grows past one
machine. This answer goes through **three designs**, says what each promises, and ends with a small program that you can
run. If you only want the recommendation, jump to the last section; if you want to know *why* it is the recommendation,
read on. A longer treatment is in the [notes on replicated data](https://example.org/notes/replicated-data).

## What "correct" means here

Before choosing a design, write down what the number is for. There are three very different uses:

1. **A limit.** "No more than 100 sign-ins a minute." Being wrong upwards lets an attacker in, being wrong downwards locks
   a customer out.
2. **A statistic.** "This page was read 1,204,331 times." Nobody can tell whether the last three digits are right.
3. **An identity.** Each order gets the next number. Two orders with one number are a disaster; a hole in the row is
   merely ugly.
   - some countries forbid holes in the numbers of *invoices*
   - nobody forbids them in the numbers of orders
   - so keep the two apart from the first day

> A counter is a promise about the past. The question is only who has to be asked before the promise is made, and what
> happens to the customer while nobody answers.

Most trouble comes from treating the second kind as if it were the third, or the first as if it were the second. The
table puts them side by side.

| use | may be late | may be too high | may be too low | what breaks first |
| :--- | :---: | :---: | :---: | ---: |
| limit | a little | no | a little | the network |
| statistic | yes | yes | yes | nothing |
| identity | no | with holes | never | the leader |
| quota, monthly | an hour | no | yes | the clock |

## Design one: a row in the database

The plain answer is a row and an atomic update. The database is already there, it is already backed up, and its log
already says who did what.

`

const firstCode = `\`\`\`sql
create table counters (
  name        text primary key,
  value       bigint not null default 0,
  -- When the value was last raised, by the database's own clock.
  updated_at  timestamptz not null default now()
);

-- One statement: no transaction around it, no read before the write.
insert into counters (name, value)
values ('sign-in:203.0.113.7', 1)
on conflict (name) do update
set value = counters.value + 1,
    updated_at = now()
where counters.updated_at < now() + interval '1 second'
returning value;

-- What is old is of no use to a limit, and a table that only grows is a table that will one day be slow.
delete from counters
where updated_at < now() - interval '10 minutes'
  and name like 'sign-in:%';

select name, value
from counters
order by value desc
limit 20;
\`\`\`
`

const middle = String.raw`
It is exact, and it serialises everybody who wants the same row. With one hot name the throughput is one divided by the
time a commit takes: at $c = 4\,\text{ms}$ a commit that is $1/c = 250$ a second, whatever machine you buy. For $n$ names
that are used evenly the load spreads out and the limit is the disk instead:

$$
\lambda_{\max} = \min\!\left( \frac{n}{c},\; \frac{B}{s} \right),
\qquad
\rho = \frac{\lambda}{\lambda_{\max}} < 0.7
$$

where $B$ is what the log can write in a second and $s$ the size of one entry. Keep $\rho$ below 0.7: the waiting time
grows like $\frac{\rho}{1-\rho}$, and the last third of a machine is the part that pages you at night.

### When it is the right choice

- [x] the number names something (an order, an invoice, a ticket)
- [x] fewer than a hundred increments a second on one name
- [ ] the caller can do without an answer for a while
- [ ] it has to work while the database is being replaced

## Design two: an atomic command in a shared cache

The second answer moves the number into memory. An increment costs a round trip and nothing else, and expiry comes for
free. Here is the usual limit by *generic cell rate*: one timestamp for each key, which says when the next request would
fit.

`

const secondCode = `\`\`\`typescript
export interface Verdict {
  allowed: boolean
  /** How long to wait before it is worth asking again, in milliseconds. */
  retryAfterMs: number
}

export interface Limit {
  ratePerSecond: number
  burst: number
}

/**
 * The generic cell rate algorithm: the whole state is one number, the time at which the bucket would be empty again.
 * Pure, so that a test owns the clock and the store owns the number.
 */
export function decide(limit: Limit, emptyAt: number, now: number): [Verdict, number] {
  const interval = 1000 / limit.ratePerSecond
  const next = Math.max(emptyAt, now) + interval
  const earliest = next - limit.burst * interval
  if (now < earliest) {
    return [{ allowed: false, retryAfterMs: Math.ceil(earliest - now) }, emptyAt]
  }
  return [{ allowed: true, retryAfterMs: 0 }, next]
}

// Two requests pass at once, the third has to wait for half a second.
const limit = { ratePerSecond: 2, burst: 2 }
let emptyAt = 0
for (const now of [0, 1, 2]) {
  const [verdict, after] = decide(limit, emptyAt, now)
  emptyAt = after
  console.log(\`\${now} ms: \${verdict.allowed ? 'passes' : \`waits \${verdict.retryAfterMs} ms\`}\`)
}
\`\`\`
`

const later =
  String.raw`
Two things are easily forgotten:

- **The cache forgets.** A restart, an eviction or a failover sets every counter back to zero. For a limit of a minute
  that is a shrug; for a monthly quota it is a refund. Write the quota through to the database every few seconds, and read
  it back when the key is missing.
- **The clock is somebody's.** Take the time inside the script, from the server that holds the key. If each caller brings
  its own, the slowest clock decides for everybody:
  1. a caller that is two seconds behind sees a bucket that is *never* empty,
  2. a caller that is two seconds ahead empties it for the others,
  3. and the graphs show nothing, because each of them is right by its own watch.

What does an outage look like? There are only three honest answers, and ` +
  '`503`' +
  String.raw` is not always the best of them:

| answer | what the customer sees | what the operator risks | use it for |
| --- | --- | --- | --- |
| fail open | nothing | an hour without a limit | reading |
| fail closed | an error, with a reason | angry customers | money |
| fail local | nothing | *n* times the limit | nearly everything |

Fail local means that every instance goes on with its own share of the limit. With $n$ instances and a limit of $L$, each
takes $L/n$ if it knows how many there are, or $L$ if it does not; the total then lies between $L$ and $n \cdot L$. Say so
in the answer to the caller, with a header such as ` +
  '`X-RateLimit-Degraded: 1`' +
  String.raw`, so that a support engineer does not
have to guess.

## Design three: count apart, add together

For statistics, let every machine count for itself and exchange the counts now and then. If each machine $i$ owns one
entry $v_i$ and merges by taking the larger of two values, the exchange may be lost, repeated or reordered, and the sum
comes out right:

\[
\operatorname{value}(v) = \sum_{i=1}^{n} v_i,
\qquad
\operatorname{merge}(v, w)_i = \max(v_i, w_i)
\]

This is a *grow-only counter*. It is never wrong, only late, and the price is one number for each machine that ever lived.
In Python it fits on a page:

`

const thirdCode = `\`\`\`python
from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass
class GrowOnlyCounter:
    """Counts on many machines; merging is commutative, associative and may be repeated."""

    owner: str
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, amount: int = 1) -> None:
        if amount < 0:
            raise ValueError(f"amount must not be negative, not {amount}: use two counters to subtract")
        self.counts[self.owner] = self.counts.get(self.owner, 0) + amount

    def merge(self, other: GrowOnlyCounter) -> None:
        for owner, count in other.counts.items():
            self.counts[owner] = max(self.counts.get(owner, 0), count)

    @property
    def value(self) -> int:
        return sum(self.counts.values())


machines = [GrowOnlyCounter(f"machine-{number}") for number in range(4)]
for _ in range(1000):
    random.choice(machines).add()
for _ in range(40):
    one, two = random.sample(machines, 2)
    one.merge(two)
print([machine.value for machine in machines])
\`\`\`
`

const closing = String.raw`
Run it a few times. The four numbers differ in the beginning and become equal when enough merges have happened; none of
them is ever above 1000. To take numbers *out* again, keep a second counter for what was taken and subtract.

### How late is late?

If each machine talks to a random other one every $\tau$ seconds, news reaches all $n$ of them after about
$\tau \log_2 n$ seconds. With a hundred machines and $\tau = 0.5$ that is a little over three seconds, which is less than
it takes somebody to reload the page.

---

## What I would do

Start with the row. Put it behind a function with a name, so that it can be replaced without anybody noticing:

`

const fourthCode = `\`\`\`bash
#!/usr/bin/env bash
set -euo pipefail

# How many increments does one hot row take on this machine? Ten seconds, eight clients.
createdb --if-not-exists counters 2>/dev/null || true
psql --quiet counters <<'SQL'
create table if not exists hot (id int primary key, value bigint not null);
insert into hot values (1, 0) on conflict do nothing;
SQL

cat > /tmp/raise.sql <<'SQL'
update hot set value = value + 1 where id = 1;
SQL

for clients in 1 2 4 8; do
  rate=$(pgbench --no-vacuum --client "$clients" --time 10 --file /tmp/raise.sql counters |
    awk '/^tps/ { printf "%.0f", $3 }')
  echo "$clients clients: $rate increments a second"
done
\`\`\`
`

const end = String.raw`
If the last line says less than four times what you need, stop here: you are done, and everything below would be work for
its own sake. If it does not, move *limits* to the cache with the script above, let them **fail local**, and leave
identities in the database for good. Move a statistic to the third design only when its row shows up in the list of slow
statements; until then it is a solution that waits for a problem.

#### A checklist before you ship

1. The limit is exact in a test with three instances and one clock.
2. The test is repeated with the cache stopped in the middle:
   - the answer says that it is degraded
   - nobody is locked out
   - the counters of a month are back when the cache is
3. Somebody has read the error message aloud and still found it polite.
4. The old path can be switched on again without a deployment, for at least a week.

> **In short:** a row for what names something, an atomic command for what protects something, and separate counts for what
> merely describes something. Each is a page of code; choosing the wrong one is a year of support.
`

/** About 12,000 characters: 4 code blocks, 2 tables, lists, quotes, a task list, formulas of all four spellings. */
export const benchSource = [
  opening,
  firstCode,
  middle,
  secondCode,
  later,
  thirdCode,
  closing,
  fourthCode,
  end,
].join('')
