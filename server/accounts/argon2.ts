import { Buffer } from 'node:buffer'
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

export interface HashCost {
  /** KiB. */
  memory: number
  passes: number
  parallelism: number
}

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. Each stored hash names its own cost. */
const defaultCost: HashCost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const tagLength = 32

/** Upper bounds for the cost that a stored hash names, so that a damaged row cannot exhaust the memory. */
const maxMemoryKiB = 1_048_576
const maxPasses = 64
const maxLanes = 64

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`: the PHC string format, base64 without padding. */
const phc =
  /^\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{16,128})$/

/** Returns an argon2id hash as a PHC string, which contains the cost and a random salt. Runs on the thread pool. */
export async function hashPassword(password: string, cost = defaultCost): Promise<string> {
  const nonce = randomBytes(saltBytes)
  const tag = await derive('argon2id', { message: password, nonce, tagLength, ...cost })
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

/** Whether the password matches the hash. Rejects if the text is not an argon2 hash or its cost is out of bounds. */
export async function verifyPassword(hashed: string, password: string): Promise<boolean> {
  const match = phc.exec(hashed)
  const [, algorithm = '', memoryText, passesText, lanesText, salt = '', tagText = ''] = match ?? []
  const memory = Number(memoryText)
  const passes = Number(passesText)
  const parallelism = Number(lanesText)
  if (!match || memory > maxMemoryKiB || passes > maxPasses || parallelism > maxLanes) {
    throw new Error('a stored password hash is not an argon2 hash that Shoal can verify')
  }
  const expected = Buffer.from(tagText, 'base64')
  const tag = await derive(algorithm as 'argon2id' | 'argon2i' | 'argon2d', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory,
    passes,
    parallelism,
  })
  return timingSafeEqual(tag, expected)
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
