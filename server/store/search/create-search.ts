import type { Chats } from '../contract/chats.ts'
import type { Engine } from '../engine/engine.ts'
import { createIsFilled } from './create-search-index.ts'
import { wordsWithGrams } from './find-sections.ts'
import { scanChats } from './scan-chats.ts'
import { searchIndex } from './search-index.ts'

/** See `Chats.search`. A word of one character is in too many texts to look it up in the index. */
export function createSearch(engine: Engine): Chats['search'] {
  const isFilled = createIsFilled(engine)
  return async (query) =>
    wordsWithGrams(query.words).length > 0 && (await isFilled())
      ? searchIndex(engine, query)
      : scanChats(engine, query)
}
