import { useCallback } from 'react'
import { useNavigate } from '@tanstack/react-router'

/** Returns a function that opens the start page, where a new chat begins. */
export function useNewChat(): () => void {
  const navigate = useNavigate()
  return useCallback(() => void navigate({ to: '/' }), [navigate])
}
