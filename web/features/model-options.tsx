import type { ReactNode } from 'react'
import { useModels } from './chat/state/use-models.ts'

/** The available models as options of a `Select`. */
export function ModelOptions(): ReactNode {
  return useModels().models.map((model) => (
    <option key={model.id} value={model.id}>
      {model.name}
    </option>
  ))
}
