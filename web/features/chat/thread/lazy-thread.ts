import { createLazy } from '../../../ui/lazy.ts'

/** The thread of a chat: half of the page’s code, and not needed on the start page. */
export const lazyThread = createLazy(() => import('./thread.tsx'))
