// The bare comparison for a word to another process, sending side: one PUBLISH per word, one channel per answer,
// nothing else. `node bench/bare/bare-publisher.ts REDIS_PORT`; a `Job` comes by IPC.
import { Redis } from 'ioredis'

interface Job {
  answers: number
  words: number
  /** 0: as fast as Redis accepts them. */
  wordsPerSecond: number
  /** Time between the starts of two answers, ms. */
  apartMs: number
}

/** Maximum number of pending calls at full speed. */
const inFlight = 256

const redis = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]) })

async function publish(channel: string, { words, wordsPerSecond }: Job): Promise<void> {
  const start = performance.now()
  let pending: Promise<unknown>[] = []
  for (let index = 0; index < words; index++) {
    if (wordsPerSecond > 0) {
      const wait = Math.max(1, start + (index * 1000) / wordsPerSecond - performance.now())
      await new Promise((resolve) => setTimeout(resolve, wait))
    } else if (pending.length >= inFlight) {
      await Promise.all(pending)
      pending = []
    }
    pending.push(redis.publish(channel, `c1w${String(index).padStart(4, '0')} `))
    if (wordsPerSecond > 0) pending = []
  }
  await Promise.all(pending)
}

async function publishLater(channel: string, job: Job, index: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, index * job.apartMs))
  await publish(channel, job)
}

async function run(job: Job): Promise<void> {
  const channels = Array.from({ length: job.answers }, (_, index) => `answer-${index}`)
  // At full speed, one answer after another: the pending calls keep Redis busy.
  if (job.wordsPerSecond === 0) for (const channel of channels) await publish(channel, job)
  else await Promise.all(channels.map((channel, index) => publishLater(channel, job, index)))
}

process.on('message', (job: Job) => {
  void run(job).then(() => process.send?.({ done: true }))
})
redis.once('ready', () => process.send?.({ port: 0 }))
