export { supervise } from './supervise.ts'
export { supervised } from './supervised.ts'
export type { Supervised } from './supervised.ts'
