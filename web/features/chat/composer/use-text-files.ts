import { useEffect, useEffectEvent, useState } from 'react'
import type { ClipboardEvent } from 'react'
import type { Refusal } from './read-text-file.ts'

export interface RefusedFile {
  name: string
  why: Refusal
}

/**
 * Adds the text of files to the message: files dropped anywhere on the page, or pasted into the field. Without the drop
 * handler the browser would leave the page and open the file.
 */
export function useTextFiles(insert: (text: string) => void): {
  /** Whether the user is dragging files over the page. */
  over: boolean
  refused: RefusedFile | null
  clearRefused: () => void
  onPaste: (event: ClipboardEvent) => void
} {
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<RefusedFile | null>(null)
  const addFiles = useEffectEvent(async (files: readonly File[]) => {
    setRefused(null)
    const { readTextFile } = await import('./read-text-file.ts')
    const read = await Promise.all(files.map(readTextFile))
    const texts = read.flatMap((it) => ('text' in it ? [it.text] : []))
    if (texts.length > 0) insert(texts.join('\n\n'))
    const problems = read.map((it, index) =>
      'refused' in it ? { name: files[index]?.name ?? '', why: it.refused } : null,
    )
    setRefused(problems.find((it) => it !== null) ?? null)
  })

  useEffect(() => {
    const stop = new AbortController()
    const on = (name: 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void): void =>
      addEventListener(name, (event) => holdsFiles(event) && handle(event), { signal: stop.signal })
    on('dragover', (event) => {
      event.preventDefault()
      setOver(true)
    })
    on('dragleave', (event) => {
      // `relatedTarget` is null only if the pointer leaves the window.
      if (event.relatedTarget === null) setOver(false)
    })
    on('drop', (event) => {
      event.preventDefault()
      setOver(false)
      void addFiles([...(event.dataTransfer?.files ?? [])])
    })
    return () => stop.abort()
  }, [])

  return {
    over,
    refused,
    clearRefused: () => setRefused(null),
    onPaste(event) {
      const { files, types } = event.clipboardData
      // Office programs put a picture on the clipboard next to the text that the user means.
      if (files.length === 0 || types.includes('text/plain')) return
      event.preventDefault()
      void addFiles([...files])
    },
  }
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true
}
