import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture

// No provider is configured, so that the first run offers its options.
beforeAll(async () => {
  it = await startPage(
    { fast: { words: 20 } },
    {
      account: false,
      env: {
        OPENAI_API_BASE_URL: '',
        OPENAI_API_KEY: '',
        ENABLE_SIGNUP: 'true',
        DEFAULT_USER_ROLE: 'pending',
      },
    },
  )
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

async function signUp(page: Page, name: string, button: RegExp): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(`${name.toLowerCase()}@example.org`)
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: button }).click()
}

let admin: Page

describe('sign-up and sign-in, in order', () => {
  test('S23: a first user who comes through a proxy is asked for the setup code, in plain words', async () => {
    const page = await it.open('/', {
      signedIn: false,
      extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.9' },
    })
    await page.getByText('It is in the server’s log, in the line that says “setup code”.').waitFor()
    await page.getByLabel('Setup code').fill('0000-0000-0000')
    await signUp(page, 'Eve', /administrator/)
    await page.getByText('Enter the setup code to create the first account.').waitFor()
    await page.context().close()
  })

  test('the first user is welcomed, becomes administrator, and connects a provider on one screen', async () => {
    admin = await it.open('/', { signedIn: false })
    await admin.getByText('You’re the first one here, so you’ll be the administrator.').waitFor()
    await signUp(admin, 'Ada', /administrator/)
    await admin.getByRole('heading', { name: 'Connect a model' }).waitFor()
    await admin.getByRole('region', { name: 'The demo model' }).waitFor()
    await admin.getByRole('region', { name: 'Ollama' }).waitFor()
    await admin.getByRole('button', { name: 'Enter address and key' }).click()
    await admin.getByLabel('Address').fill('http://127.0.0.1:1/v1')
    await admin.getByRole('button', { name: 'Test connection' }).click()
    await admin
      .getByRole('alert')
      .getByText(/Nothing answers at the connection/)
      .waitFor()
    await admin.getByLabel('Address').fill(it.provider.v1)
    await admin.getByRole('button', { name: 'Test connection' }).click()
    await admin.getByText('Connected: 1 model').waitFor()
    await admin.getByRole('button', { name: 'Connect', exact: true }).click()
    await admin.getByRole('textbox', { name: 'Message' }).waitFor()
    await expect.poll(() => admin.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await admin.getByRole('button', { name: 'Model: fast' }).waitFor()
  })

  test('a wrong password is reported next to the form, and the email address stays', async () => {
    const page = await it.open('/', { signedIn: false })
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByLabel('Email').fill('ada@example.org')
    expect(said, 'the browser’s console before anybody has signed in').toEqual([])
    await page.getByLabel('Password').fill('wrong horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('Wrong email address or password. Try again.').waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe('ada@example.org')
    await page.getByLabel('Password').fill('correct horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.context().close()
  })

  test('a taken email address is reported next to the field', async () => {
    const page = await it.open('/', { signedIn: false })
    await page.getByRole('button', { name: 'Create one' }).click()
    await signUp(page, 'Ada', /Create account/)
    const described = await page.getByLabel('Email').getAttribute('aria-describedby')
    await expect.poll(() => page.getByLabel('Email').getAttribute('aria-invalid')).toBe('true')
    expect(described ?? (await page.getByLabel('Email').getAttribute('aria-describedby'))).toMatch(/error/)
    await page.context().close()
  })

  test('a new account waits, is approved under Administration, and then enters automatically', async () => {
    const page = await it.open('/', { signedIn: false })
    await page.getByRole('button', { name: 'Create one' }).click()
    await signUp(page, 'Grace', /Create account/)
    await page.getByRole('heading', { name: 'Almost there' }).waitFor()
    await admin.getByRole('button', { name: 'Ada', exact: true }).click()
    await admin.getByRole('menuitem', { name: 'Administration' }).click()
    await admin.getByRole('button', { name: 'Approve' }).click()
    await expect
      .poll(() => admin.getByText('waiting for approval', { exact: true }).count(), { timeout: 5000 })
      .toBe(0)
    await page.getByRole('textbox', { name: 'Message' }).waitFor({ timeout: 15_000 })
    await page.context().close()
  })

  test('an administrator adds a user, whose password is shown once and works', async () => {
    await admin.getByRole('button', { name: 'Add a user' }).click()
    const dialog = admin.getByRole('dialog', { name: 'Add a user' })
    await dialog.getByLabel('Name').fill('Hedy')
    await dialog.getByLabel('Email').fill('ada@example.org')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.getByText('An account with this email address already exists.').waitFor()
    await dialog.getByLabel('Email').fill('hedy@example.org')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await admin.getByText('Password for Hedy').waitFor()
    const password = await admin.locator('.font-mono').first().innerText()
    await admin.getByRole('button', { name: 'Done' }).click()
    await admin.getByText('hedy@example.org').waitFor()
    expect(await admin.getByText(password).count()).toBe(0)
    const page = await it.open('/', { signedIn: false })
    await page.getByLabel('Email').fill('hedy@example.org')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    // S24: the password that an administrator set opens nothing but this form.
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor()
    await page.getByLabel('Temporary password').fill(password)
    await page.getByLabel('New password').fill('hedy chose this')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.context().close()
  })

  test('S9: an administrator sees the API keys of an account and revokes one', async () => {
    await it.api.signIn('ada@example.org')
    const { key } = await it.api.call<{ key: string }>('POST', '/api/account/api-keys', {
      name: 'old script',
    })
    const ask = (): Promise<Response> =>
      fetch(`${it.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    expect((await ask()).status).toBe(200)
    await admin.getByRole('button', { name: 'Options for Ada' }).click()
    await admin.getByRole('menuitem', { name: 'API keys' }).click()
    const dialog = admin.getByRole('dialog', { name: 'API keys of Ada' })
    await dialog.getByRole('button', { name: 'Revoke old script' }).click()
    await admin
      .getByRole('alertdialog', { name: 'Revoke old script of Ada?' })
      .getByRole('button', { name: 'Revoke' })
      .click()
    await dialog.getByText('This account has no API keys.').waitFor()
    expect((await ask()).status).toBe(401)
    await dialog.getByRole('button', { name: 'Close' }).click()
  })

  test('an API key is shown once, and revoked after a confirmation', async () => {
    const page = await it.open('/account', { beside: admin.context() })
    await page.getByLabel('Name of a new key').fill('backup script')
    await page.getByRole('button', { name: 'Create key' }).click()
    const key = await page.locator('.select-all').innerText()
    const ask = (): Promise<Response> =>
      fetch(`${it.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    expect((await ask()).status).toBe(200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Revoke' }).click()
    const question = page.getByRole('alertdialog', { name: 'Revoke backup script?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect((await ask()).status).toBe(200)
    await page.getByRole('button', { name: 'Revoke' }).click()
    await question.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('backup script', { exact: true }).waitFor({ state: 'detached' })
    expect((await ask()).status).toBe(401)
    await page.close()
  })

  test('40, S16, S24: a session that ends while the user types opens sign-in over the page, which keeps the draft and continues', async () => {
    const page = await it.open('/', { signedIn: false })
    await page.getByLabel('Email').fill('grace@example.org')
    await page.getByLabel('Password').fill('correct horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('textbox', { name: 'Message' }).fill('half a sentence')
    await admin.getByRole('button', { name: 'Options for Grace' }).click()
    await admin.getByRole('menuitem', { name: 'Reset password' }).click()
    await admin.getByRole('alertdialog').getByRole('button', { name: 'Reset password' }).click()
    const password = await admin.locator('.font-mono').first().innerText()
    const dialog = page.getByRole('dialog', { name: 'Sign in to continue' })
    await dialog.waitFor({ timeout: 15_000 })
    await dialog.getByLabel('Password').fill(password)
    // S16: the user’s draft is in the memory of the open page, and not in storage.
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    expect(kept).not.toContain('half a sentence')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await dialog.waitFor({ state: 'detached' })
    const choose = page.getByRole('dialog', { name: 'Choose your password' })
    await choose.getByLabel('Temporary password').fill(password)
    await choose.getByLabel('New password').fill('a horse of my own')
    await choose.getByRole('button', { name: 'Change password' }).click()
    await choose.waitFor({ state: 'detached' })
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('half a sentence')
    await page.getByRole('textbox', { name: 'Message' }).press('Enter')
    await page.locator('[data-message="assistant"][data-status="done"]').waitFor()
    await page.context().close()
  })

  test('S16: after a session ended while no page was open, the next user finds none of its data', async () => {
    const page = await it.open('/', { signedIn: false })
    await page.getByLabel('Email').fill('grace@example.org')
    await page.getByLabel('Password').fill('a horse of my own')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('textbox', { name: 'Message' }).fill('half a secret')
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('half a secret'))
    const context = page.context()
    await context.clearCookies()
    const later = await it.open('/', { beside: context })
    await page.close()
    await later.getByLabel('Password').waitFor()
    await expect.poll(() => later.evaluate(() => JSON.stringify(localStorage))).not.toContain('half a secret')
    await context.close()
  })

  test('47: signing out in one tab signs out the other and leaves nothing behind', async () => {
    const other = await it.open('/', { beside: admin.context() })
    await other.getByRole('textbox', { name: 'Message' }).fill('secret draft')
    await other.waitForFunction(() => JSON.stringify(localStorage).includes('secret draft'))
    await admin.getByRole('button', { name: 'Ada', exact: true }).click()
    await admin.getByRole('menuitem', { name: 'Sign out' }).click()
    await admin.getByLabel('Password').waitFor()
    await other.getByLabel('Password').waitFor()
    // Its socket shows the sign-in form first. Then the storage event of the other tab reloads it, perhaps during this
    // `evaluate`.
    const kept = (): Promise<string> => other.evaluate(() => JSON.stringify(localStorage))
    await expect.poll(() => kept().catch(() => 'secret draft, it may be')).not.toContain('secret draft')
  })
})

describe('the first load', () => {
  test('a chat loads within its budget of requests and bytes', async () => {
    await it.api.signIn('ada@example.org')
    const context = await it.browser.newContext()
    await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
    const page = await context.newPage()
    const client = await context.newCDPSession(page)
    await client.send('Network.enable')
    const kinds = new Map<string, string>()
    const sizes: { kind: string; bytes: number }[] = []
    client.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
    client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      sizes.push({ kind: kinds.get(requestId) ?? '?', bytes: encodedDataLength }),
    )
    await page.goto(it.url)
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.waitForLoadState('networkidle')
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    const script = sizes.filter(({ kind }) => kind === 'Script').reduce((sum, { bytes }) => sum + bytes, 0)
    console.log(
      `first load: ${sizes.length} requests, ${Math.round(total / 1000)} kB, ${Math.round(script / 1000)} kB of it script`,
    )
    expect(sizes.length).toBeLessThanOrEqual(25)
    expect(total).toBeLessThanOrEqual(400_000)
    expect(script).toBeLessThanOrEqual(170_000)
    await context.close()
  })

  test('42: a chunk that is missing after a deployment reloads the page once, with the draft', async () => {
    const page = await it.open('/')
    await page.getByRole('textbox', { name: 'Message' }).fill('kept over the reload')
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('kept over the reload'))
    let refused = 0
    await page.route('**/assets/account-page*.js', (route) => {
      refused++
      return route.fulfill({ status: 404, body: '' })
    })
    await page.getByRole('button', { name: 'Ada', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Account' }).click()
    await page.getByText('Something went wrong on this page').waitFor()
    expect(refused).toBe(2)
    await page.unrouteAll()
    await page.goto(it.url)
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue(), { timeout: 5000 })
      .toBe('kept over the reload')
    // The page errors are the missing chunk, reported twice.
    it.pageErrors.splice(0)
    await page.context().close()
  })
})
