import { createHash } from 'node:crypto'
import type { Row } from './snapshot.ts'

/** Row count and checksum of a table, with which two copies are compared. The order of rows does not matter. */
export interface TableTotal {
  rows: number
  /** 128 bits, hexadecimal. */
  sum: string
}

const modulus = 1n << 128n

/**
 * Adds up the first half of each row's SHA-256. An additional or missing column or a different value changes the sum.
 */
export class TableSum {
  #rows = 0
  #sum = 0n

  add(row: Row): void {
    const text = JSON.stringify(
      Object.keys(row)
        .toSorted()
        .map((name) => [name, row[name]]),
    )
    const half = createHash('sha256').update(text).digest('hex').slice(0, 32)
    this.#rows++
    this.#sum = (this.#sum + BigInt(`0x${half}`)) % modulus
  }

  total(): TableTotal {
    return { rows: this.#rows, sum: this.#sum.toString(16).padStart(32, '0') }
  }
}
