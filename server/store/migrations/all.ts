import { initial } from './0001-initial.ts'
import { epoch } from './0002-epoch.ts'
import { modelIds } from './0003-model-ids.ts'
import { signIn } from './0004-sign-in.ts'
import { openAiParams } from './0005-openai-params.ts'
import { deaths } from './0006-deaths.ts'
import { redisPrefix } from './0007-redis-prefix.ts'
import { visibleWords } from './0008-visible-words.ts'
import { searchIndex } from './0009-search-index.ts'
import { folders } from './0010-folders.ts'
import type { Migration } from './migration.ts'

/** In order, without gaps. A released step is never changed. */
export const migrations: readonly Migration[] = [
  initial,
  epoch,
  modelIds,
  signIn,
  openAiParams,
  deaths,
  redisPrefix,
  visibleWords,
  searchIndex,
  folders,
]
