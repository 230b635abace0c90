/** The page uses these too, so this file imports nothing. */
export const limits = {
  /** Characters (UTF-16 units) of a message that a user sends. */
  messageText: 400_000,
  /** Characters of an answer. Above this the run ends as done, with a note (rule 12). */
  answerText: 4_000_000,
  title: 200,
  name: 100,
  email: 254,
  password: 256,
  minPassword: 8,
  model: 300,
  /** Bytes of a socket frame from a client. */
  frame: 1_048_576,
  /** Bytes of a JSON request body. */
  body: 4_194_304,
  pageSize: 100,
} as const
