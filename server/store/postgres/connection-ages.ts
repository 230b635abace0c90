import type pg from 'pg'

/**
 * Which pooled connections were opened before the server last refused to work. After a failover where the old server
 * lives on, a connection to it answers reads and refuses every write: only a new connection reaches the new server.
 */
export class ConnectionAges {
  readonly #openedIn = new WeakMap<pg.PoolClient, number>()
  #generation = 0

  /** `new`: taken for the first time. `outdated`: the caller closes it and takes another one. */
  take(client: pg.PoolClient): 'new' | 'used' | 'outdated' {
    const openedIn = this.#openedIn.get(client)
    if (openedIn === undefined) {
      this.#openedIn.set(client, this.#generation)
      return 'new'
    }
    return openedIn === this.#generation ? 'used' : 'outdated'
  }

  /** All connections taken so far are closed before they are used again. */
  outdate(): void {
    this.#generation++
  }
}
