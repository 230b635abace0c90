export { supervise } from './supervise.ts'
export { connectToSupervisor } from './supervised.ts'
export type { SupervisorConnection } from './supervised.ts'
