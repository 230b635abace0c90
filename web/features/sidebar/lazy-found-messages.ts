import { createLazy } from '../../ui/lazy.ts'

/** What shows the messages that have some words: not needed before somebody searches. */
export const lazyFoundMessages = createLazy(() => import('./found-messages.tsx'))
