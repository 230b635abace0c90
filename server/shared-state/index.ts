export { Feeds } from './feeds.ts'
export type { FeedName } from './feeds.ts'
export { createUserEvents } from './user-events.ts'
export type { UserEventListener, UserEvents } from './user-events.ts'
