/**
 * The index of the search. Messages first wait in a user's tail, which a search reads as it is; when the tail is long,
 * its messages are moved into a block.
 */
export interface SearchIndex {
  /** Whether `fill` has seen all older messages. Until then, searches do not use the index. */
  isFilled(): Promise<boolean>
  /**
   * Adds the messages of the next `limit` chats to the tails of their users, once in the life of a database: messages
   * that are written later are added with their text. Returns null if that is done, or the number of added messages.
   */
  fill(limit: number): Promise<number | null>
  /** Users whose tail is long enough for a block, at most `limit`. */
  overdue(limit: number): Promise<string[]>
  /**
   * Moves the oldest messages of the user's tail into a new block and returns their number; 0 if another instance has
   * deleted the unfinished block. Takes about a second, in which other work runs too. If it is aborted or the process
   * dies, the messages stay in the tail.
   */
  moveTailIntoBlock(userId: string, signal: AbortSignal): Promise<number>
}
