import type { UserEvent } from '../../protocol/index.ts'

export interface UserEventListener {
  event(event: UserEvent): void
  gap(): void
}
