/** A message to send and the model that answers it. Drafts and queued messages have this shape too. */
export interface Outgoing {
  text: string
  model: string
}

/**
 * What a user can request in a chat: an answer to a new message, a regenerated answer, or the continuation of an
 * answer.
 */
export type AnswerRequest =
  | Outgoing
  | { regenerateOf: string; model: string }
  | { continueOf: string; model: string }

/** `parentId`: the parent of the new messages. */
export type PlacedRequest = AnswerRequest & { parentId: string | null }
