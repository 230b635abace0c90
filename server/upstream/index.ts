export { createModelCatalogue } from './cached-model-catalogue.ts'
export { verifyConnection } from './create-upstream.ts'
export * from './contracts.ts'
export type { AnswerDeadlines } from './silence-watch.ts'
