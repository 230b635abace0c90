// The bare comparison for a word to another process, receiving side. `node bench/bare/bare-subscriber.ts REDIS_PORT
// ANSWERS`; replies by IPC with the number of words that it has received.
import { Redis } from 'ioredis'

const [port, answers] = process.argv.slice(2).map(Number)
const redis = new Redis({ host: '127.0.0.1', port: port ?? 0 })
let words = 0

redis.on('message', () => {
  words++
})
await redis.subscribe(...Array.from({ length: answers ?? 1 }, (_, index) => `answer-${index}`))
process.on('message', () => process.send?.({ words }))
process.send?.({ port: 0 })
