/** A message on its way to a model, and the model that answers it. Drafts and queued messages have this shape too. */
export interface Outgoing {
  text: string
  model: string
}

/** What a chat can be asked for: an answer to a new message, another answer beside one, or more of one. */
export type Request =
  | Outgoing
  | { regenerateOf: string; model: string }
  | { continueOf: string; model: string }

/** `parentId`: the message that the new messages stand under. */
export type PlacedRequest = Request & { parentId: string | null }
