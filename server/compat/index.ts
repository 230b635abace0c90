export type * from './completions.ts'
export { serveOpenAiApi } from './openai-api.ts'
