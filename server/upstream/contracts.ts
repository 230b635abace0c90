/** What other layers may know of upstream. */
export type * from './model-catalogue.ts'
export type * from './upstream.ts'
export * from './upstream-error.ts'
