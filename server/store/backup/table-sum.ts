import { createHash } from 'node:crypto'
import type { Row } from './snapshot.ts'

/** What two copies of a table agree on: how many rows, and a sum over all of them whatever their order. */
export interface TableTotal {
  rows: number
  /** 128 bits, hexadecimal. */
  sum: string
}

const modulus = 1n << 128n

/** Adds up the first half of each row's SHA-256; a column more or less, or another value, gives another sum. */
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
