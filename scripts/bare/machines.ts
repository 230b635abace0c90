export interface BareMachine {
  name: string
  debian: 'bookworm' | 'trixie'
  /** The official Node and the npm that it includes, or `debian` for Debian's packages. */
  node: { version: string; npm: string } | 'debian'
}

/**
 * Each major version of Node with the npm that it includes (its changelog says "deps: upgrade npm to …"). One Debian
 * has an earlier release and the other a later one, because npm's handling of install scripts changed in between.
 */
const nodes = {
  bookworm: {
    node20: { version: '20.19.0', npm: '10.8.2' },
    node22: { version: '22.14.0', npm: '10.9.2' },
    node24: { version: '24.9.0', npm: '11.6.0' },
    node26: { version: '26.0.0', npm: '11.12.1' },
  },
  trixie: {
    node20: { version: '20.20.2', npm: '10.8.2' },
    node22: { version: '22.21.1', npm: '10.9.4' },
    node24: { version: '24.15.0', npm: '11.12.1' },
    node26: { version: '26.6.0', npm: '11.18.0' },
  },
} as const

const numbers = { bookworm: 12, trixie: 13 } as const

/** Every machine of `npm run test:bare`. */
export const machines: BareMachine[] = (['bookworm', 'trixie'] as const).flatMap((debian) => [
  ...Object.entries(nodes[debian]).map(([label, node]) => ({
    name: `debian${numbers[debian]}-${label}`,
    debian,
    node,
  })),
  { name: `debian${numbers[debian]}-nodejs`, debian, node: 'debian' as const },
])
