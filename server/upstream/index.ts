export { createModelCatalogue } from './cached-model-catalogue.ts'
export { checkConnection, discoverOllama } from './check-connection.ts'
export * from './contracts.ts'
export type { AnswerDeadlines } from './timeout-watch.ts'
