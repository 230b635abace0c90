import { expect } from 'vitest'
import type { SendCommand } from './firefox.ts'

/** What assistive technologies see of an element: its role and its name. */
export interface Named {
  role: string
  name: string
}

interface Found {
  nodes: { sharedId: string }[]
}

/** A key of the keyboard, as WebDriver names it. */
export const keys = { backspace: '\uE003', control: '\uE009', enter: '\uE007' } as const

/** A tab of Firefox. Each step waits for its element, and clicks and types as a user would. */
export class FirefoxPage {
  readonly #send: SendCommand
  readonly #context: string

  constructor(send: SendCommand, context: string) {
    this.#send = send
    this.#context = context
  }

  async goto(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' })
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#send('browsingContext.setViewport', { context: this.#context, viewport: { width, height } })
  }

  /** The number of elements with this role and exact name, or that match this selector. */
  async count(part: Named | string): Promise<number> {
    return (await this.#find(part)).length
  }

  /** Waits until there is such an element. */
  async waitFor(part: Named | string): Promise<void> {
    await expect.poll(() => this.count(part), { message: JSON.stringify(part) }).toBeGreaterThan(0)
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context }
    const text = `JSON.stringify(${expression}) ?? 'null'`
    const answer = (await this.#send('script.evaluate', {
      expression: text,
      target,
      awaitPromise: true,
    })) as {
      result?: { value: string }
      exceptionDetails?: { text: string }
    }
    if (answer.result === undefined) throw new Error(`${expression}: ${answer.exceptionDetails?.text}`)
    return JSON.parse(answer.result.value)
  }

  /** Moves the mouse onto the last such element. */
  async hover(part: Named | string): Promise<void> {
    await this.#point(part, [])
  }

  async click(part: Named | string): Promise<void> {
    await this.#point(part, [
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ])
  }

  /** Presses these keys one after the other. With `held`, that key is down meanwhile. */
  async type(text: string, held?: string): Promise<void> {
    const pressed = Array.from(text).flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ])
    const actions =
      held === undefined
        ? pressed
        : [{ type: 'keyDown', value: held }, ...pressed, { type: 'keyUp', value: held }]
    await this.#perform({ type: 'key', id: 'keyboard', actions })
  }

  /** Clicks a field and replaces its text. */
  async write(part: Named | string, text: string): Promise<void> {
    await this.click(part)
    await this.type('a', keys.control)
    await this.type(text)
  }

  async #find(part: Named | string): Promise<Found['nodes']> {
    const locator =
      typeof part === 'string' ? { type: 'css', value: part } : { type: 'accessibility', value: part }
    const found = await this.#send('browsingContext.locateNodes', { context: this.#context, locator })
    return (found as Found).nodes
  }

  async #point(part: Named | string, then: object[]): Promise<void> {
    await this.waitFor(part)
    const element = (await this.#find(part)).at(-1)
    await this.#send('script.callFunction', {
      functionDeclaration: "(element) => element.scrollIntoView({ block: 'nearest' })",
      arguments: [element],
      target: { context: this.#context },
      awaitPromise: false,
    })
    const move = { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element } }
    await this.#perform({ type: 'pointer', id: 'mouse', actions: [move, ...then] })
  }

  async #perform(source: object): Promise<void> {
    await this.#send('input.performActions', { context: this.#context, actions: [source] })
  }
}
