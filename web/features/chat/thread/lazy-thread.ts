import { createLazy } from '../../../ui/lazy.ts'

/** The messages of a chat and all that shows them: half of the page, and not needed where a chat begins. */
export const lazyThread = createLazy(() => import('./thread.tsx'))
