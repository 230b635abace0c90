import type { ReactNode } from 'react'

/** The paths of the icons, drawn on a 20 × 20 grid with a stroke width of 1.6. */
const strokes = {
  plus: 'M10 4v12M4 10h12',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  copy: 'M7 7V4.5A1.5 1.5 0 0 1 8.5 3h7A1.5 1.5 0 0 1 17 4.5v7a1.5 1.5 0 0 1-1.5 1.5H13M4.5 7h7A1.5 1.5 0 0 1 13 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 15.5v-7A1.5 1.5 0 0 1 4.5 7z',
  check: 'M4 10.5l4 4 8-9',
  edit: 'M4 16l.8-3.4L13.3 4.1a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1L7.4 15.2z M11.8 5.6l2.6 2.6',
  again: 'M16 10a6 6 0 1 1-2-4.5M16.5 3v3.5H13',
  onward: 'M4 5l5 5-5 5M11 5l5 5-5 5',
  trash:
    'M4 6h12M8 6V4.5A.5.5 0 0 1 8.5 4h3a.5.5 0 0 1 .5.5V6M5.5 6l.6 9.5a1 1 0 0 0 1 .9h5.8a1 1 0 0 0 1-.9L14.5 6',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  down: 'M5 8l5 5 5-5',
  'arrow-down': 'M10 4v12M5 11l5 5 5-5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  close: 'M5 5l10 10M15 5L5 15',
  sidebar:
    'M4.5 4h11A1.5 1.5 0 0 1 17 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4zM8 4v12',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM17 17l-3.7-3.7',
  person: 'M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM4 16.5c.7-2.6 3-4 6-4s5.3 1.4 6 4',
  people:
    'M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.5 16c.5-2.4 2.4-3.7 5-3.7s4.5 1.3 5 3.7M13 4.4a2.6 2.6 0 0 1 0 5M15 12.7c1.4.5 2.3 1.6 2.6 3.3',
  plug: 'M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V17',
  instances: 'M4 4h12v5H4zM4 11h12v5H4zM7 6.5h.01M7 13.5h.01',
  settings:
    'M3 6h7M14 6h3M3 14h3M10 14h7M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  leave: 'M8 4H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3M12.5 13.5L16 10l-3.5-3.5M16 10H8',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.5v4M10 6.6v.1',
  alert:
    'M10 7v4M10 13.8v.01M8.9 3.6L2.7 14.3a1.3 1.3 0 0 0 1.1 1.9h12.4a1.3 1.3 0 0 0 1.1-1.9L11.1 3.6a1.3 1.3 0 0 0-2.2 0z',
  select: 'M7 4h2.2M7 16h2.2M13 4h-2.2M13 16h-2.2M10 4.8v10.4M4 7.5v5M16 7.5v5',
  key: 'M12.5 11a3.5 3.5 0 1 0-3.3-2.3L4 14v2.5h2.5V15H8v-1.5h1.5l1.2-2.7c.5.1 1.1.2 1.8.2zM13.5 6.5v.01',
  keyboard:
    'M3.5 5h13A1.5 1.5 0 0 1 18 6.5v7a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 2 13.5v-7A1.5 1.5 0 0 1 3.5 5zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M7 12h6',
  checkbox:
    'M5.5 4h9A1.5 1.5 0 0 1 16 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5v-9A1.5 1.5 0 0 1 5.5 4zM7 10l2.2 2.2L13.5 8',
  archive: 'M3.5 4h13v3.5h-13zM4.5 7.5v7A1.5 1.5 0 0 0 6 16h8a1.5 1.5 0 0 0 1.5-1.5v-7M8 11h4',
  download: 'M10 3v9M6 8.5l4 4 4-4M4 16h12',
  print:
    'M6 7V3.5h8V7M6 14H4.5A1.5 1.5 0 0 1 3 12.5v-4A1.5 1.5 0 0 1 4.5 7h11A1.5 1.5 0 0 1 17 8.5v4a1.5 1.5 0 0 1-1.5 1.5H14M6 11.5h8v5H6z',
  folder:
    'M3 15V5.5A1.5 1.5 0 0 1 4.5 4h3.2l1.8 2h6A1.5 1.5 0 0 1 17 7.5V15a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15z',
  'folder-plus':
    'M3 15V5.5A1.5 1.5 0 0 1 4.5 4h3.2l1.8 2h6A1.5 1.5 0 0 1 17 7.5V15a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15zM10 8.5v5M7.5 11h5',
  pin: 'M7 3h6l-.7 5L15 11H5l2.7-3zM10 11v6',
  branch:
    'M6 4v12M6 12c0-3 8-1 8-5M6 4m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M14 5.5m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0',
} as const

export type IconName = keyof typeof strokes
export const iconNames = Object.keys(strokes) as IconName[]

/** A decorative icon, hidden from screen readers: the element around it needs a label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      <path d={strokes[name]} />
    </svg>
  )
}
