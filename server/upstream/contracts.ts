/** The types of upstream that other layers may import. */
export type * from './model-catalogue.ts'
export type * from './upstream.ts'
export * from './upstream-error.ts'
