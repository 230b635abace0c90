import type { Accounts } from '../accounts/index.ts'
import type { Settings } from '../settings/index.ts'
import type { UseCase, UseCases } from '../use-case.ts'
import { countProblems } from './count-problems.ts'
import type { CountProblemsOptions } from './count-problems.ts'
import { viewCluster } from './view-cluster.ts'

export interface OperationsUseCaseOptions extends CountProblemsOptions {
  accounts: Pick<Accounts, 'signUpMode'>
  settings: Pick<Settings, 'current'>
  version: string
  /** The name of this instance for users. */
  label: string
}

/** The use cases for information about the workspace and about the instances. */
export function createOperationsUseCases(options: OperationsUseCaseOptions) {
  return {
    getApp: createGetApp(options),
    getAdministration: () => countProblems(options),
    getCluster: () => viewCluster(options),
  } satisfies Partial<UseCases>
}

function createGetApp({ accounts, settings, version, label }: OperationsUseCaseOptions): UseCase<'getApp'> {
  return async (_, __, meta) => {
    const signUp = await accounts.signUpMode()
    const { name } = settings.current
    return { name, version, signUp, setupCode: signUp === 'first' && !meta.local, instance: label }
  }
}
