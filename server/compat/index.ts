export { serveOpenAiApi } from './openai-api.ts'
