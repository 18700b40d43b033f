// Everything here is a help, never a need: each page works without scripts.
import { initAll } from './govuk.js'

initAll()

// A second press of the same button within the guard time sends nothing; the server refuses doubles as well.
const GUARD = 5000
for (const form of document.querySelectorAll('form[data-app-once]')) {
  let sent = false
  form.addEventListener('submit', (event) => {
    if (sent) {
      event.preventDefault()
      return
    }
    sent = true
    setTimeout(() => { sent = false }, GUARD)
  })
}

// Follow-up questions stand on the page from the start; here they show once the answers call for them. The server decides by
// the same conditions what counts. An answer in a follow-up that is not called for counts as none here too.
const followUps = [...document.querySelectorAll('[data-app-when]')]
const NOT_KNOWN = 'not-known'

// Names and values of the controls that are filled in and not hidden.
const given = (form) => [...form.elements]
  .filter((control) => control.name && !['hidden', 'submit', 'fieldset'].includes(control.type) && !control.closest('[data-app-when][hidden]'))
  .filter((control) => !['radio', 'checkbox'].includes(control.type) || control.checked)
  .map((control) => [control.name, control.value.trim()])
  .filter(([, value]) => value !== '')

// True, false, or null while what it looks at is unanswered or not known.
const decide = (condition, answers) => {
  const [[kind, of]] = Object.entries(condition)
  if (kind === 'not') {
    const truth = decide(of, answers)
    return truth === null ? null : !truth
  }
  if (kind === 'all' || kind === 'any') {
    const decisive = kind === 'any'
    const truths = of.map((part) => decide(part, answers))
    if (truths.includes(decisive)) return decisive
    return truths.includes(null) ? null : !decisive
  }
  const [name, wanted, counted] = of
  const values = answers.filter(([known]) => known === name).map(([, value]) => value)
  const reasons = answers.filter(([known]) => known === `${name}-${NOT_KNOWN}`).map(([, value]) => value)
    .concat(values.filter((value) => value === NOT_KNOWN || value.startsWith(`${NOT_KNOWN}:`)))
  const parts = answers.filter(([known]) => known === name || known.startsWith(`${name}.`) || known.startsWith(`${name}-`))
  if (kind === 'not_known') return reasons.includes(wanted) || reasons.includes(`${NOT_KNOWN}:${wanted}`)
  if (kind === 'answered') return reasons.length === 0 && parts.length > 0
  if (reasons.length > 0 || parts.length === 0) return null
  if (kind === 'in') return wanted.some((code) => values.includes(code))
  if (counted === 'number') return Number(values[0]) >= wanted
  if (counted === 'ticked') return values.length >= wanted
  return new Set(parts.map(([known]) => known.slice(name.length + 1).split('.')[0])).size >= wanted
}

const showFollowUps = () => {
  // In the order of the page: one may hang on another.
  for (const block of followUps) block.hidden = decide(JSON.parse(block.dataset.appWhen), given(block.closest('form'))) !== true
}
if (followUps.length > 0) {
  document.documentElement.classList.add('app-follow-ups-hide')
  for (const kind of ['change', 'input']) document.addEventListener(kind, showFollowUps)
  // What the browser fills in again by itself comes after this script.
  window.addEventListener('pageshow', showFollowUps)
  showFollowUps()
}

// A section saves itself while it is written: on the server and nowhere else. A failure changes nothing; the button says why.
const EVERY = 20000
// A line that swallows what is sent is none.
const ASKING = 8000
for (const form of document.querySelectorAll('form[data-app-autosave]')) {
  const said = form.querySelector('[data-app-saved]')
  const typed = () => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== 'revision')).toString()
  let saved = typed()
  let running = null
  let stopped = false
  let reached = false
  // While the hub is asked, and while what was pressed is on its way, a second press is the same press.
  let pressed = false
  const save = async () => {
    const now = typed()
    if (stopped || now === saved) return
    const body = new URLSearchParams(new FormData(form))
    body.set('autosave', 'yes')
    try {
      const answer = await fetch(form.action, { method: 'POST', body, redirect: 'error' })
      if (answer.ok) {
        const told = await answer.json()
        form.elements.revision.value = told.revision
        saved = now
        said.textContent = `Saved at ${told.at}`
        form.dispatchEvent(new CustomEvent('app-session', { bubbles: true, detail: told.session }))
      } else {
        stopped = answer.status === 403 || answer.status === 409
        said.textContent = stopped ? 'Not saved. Press “Save and continue” to see why.' : 'Not saved yet.'
      }
    } catch {
      said.textContent = 'Not saved yet. Check your connection.'
    }
  }
  const once = () => {
    running ??= save().finally(() => { running = null })
    return running
  }
  setInterval(once, EVERY)
  form.addEventListener('change', once)
  // A saving on its way is waited for: the button's own must follow it. Without a connection the browser would put its own error
  // page in the place of what was typed, so the hub is asked first.
  form.addEventListener('submit', (event) => {
    const again = () => {
      pressed = false
      form.requestSubmit(event.submitter)
    }
    if (pressed) {
      event.preventDefault()
    } else if (running) {
      event.preventDefault()
      pressed = true
      running.finally(again)
    } else if (reached || typed() === saved) {
      reached = false
      stopped = true
      pressed = true
      setTimeout(() => { pressed = false }, GUARD)
    } else {
      event.preventDefault()
      pressed = true
      said.textContent = 'Asking the hub…'
      fetch('/open', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(ASKING) }).then(() => {
        reached = true
        again()
      }, () => {
        pressed = false
        said.textContent = 'There is no connection, so nothing was sent. What you typed is still here: stay on this page and try again.'
      })
    }
  })
}

// A session ends after a quarter of an hour without use, and after a working day in any case. Two minutes before, a dialog says
// so; at the end the page is covered, and what was typed is sent to be kept. All windows of this browser agree.
const WARNING = 120
const box = document.querySelector('[data-app-timeout]')
if (box) {
  const part = (name) => box.querySelector(`[data-app-timeout-${name}]`)
  const forms = [...document.querySelectorAll('form[data-app-keep]')]
  const typed = (form) => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== 'revision')).toString()
  const before = new Map(forms.map((form) => [form, typed(form)]))
  const others = 'BroadcastChannel' in window ? new BroadcastChannel('app-session') : null
  let idle = 0
  let last = 0
  let over = false

  // Both limits as this browser's own clock has them.
  const set = (limits) => {
    const now = Date.now()
    idle = now + limits.idle_in * 1000
    last = now + limits.ends_in * 1000
    for (const at of document.querySelectorAll('[data-app-idle-at]')) if (limits.idle_at) at.textContent = limits.idle_at
    if (box.open && !over) box.close()
  }
  const uncover = () => {
    over = false
    document.body.classList.remove('app-covered')
    box.close()
  }
  const cover = async () => {
    over = true
    document.body.classList.add('app-covered')
    document.title = 'You are signed out – Referral Exchange'
    part('heading').textContent = 'You are signed out'
    part('idle').hidden = true
    part('last').hidden = true
    part('over').hidden = false
    if (!box.open) box.showModal()
    part('heading').tabIndex = -1
    part('heading').focus()
    const here = new URLSearchParams({ next: window.location.pathname })
    part('again').href = `/sign-in?${here}`
    const form = forms.find((form) => typed(form) !== before.get(form))
    if (!form) return
    const body = new URLSearchParams(new FormData(form))
    body.set('ended', 'yes')
    const keep = async () => {
      try {
        const answer = await fetch(form.action, { method: 'POST', body })
        if (answer.redirected) window.location.assign(answer.url)
        else uncover()
      } catch {
        part('kept').textContent = 'What you typed is not kept yet: there is no connection. It is lost if you close this page.'
      }
    }
    part('again').addEventListener('click', (event) => {
      event.preventDefault()
      keep()
    })
    await keep()
  }
  const look = () => {
    if (over) return
    const now = Date.now()
    const ends = Math.min(idle, last)
    if (now >= ends) {
      cover()
    } else if (now >= ends - WARNING * 1000 && !box.open && box.dataset.told !== String(ends)) {
      box.dataset.told = String(ends)
      part('idle').hidden = last <= idle
      part('last').hidden = last > idle
      box.showModal()
    }
  }
  set({ idle_in: Number(box.dataset.idleIn), ends_in: Number(box.dataset.endsIn) })
  others?.postMessage({ idle_in: Number(box.dataset.idleIn), ends_in: Number(box.dataset.endsIn) })
  others?.addEventListener('message', (event) => set(event.data))
  document.addEventListener('app-session', (event) => {
    set(event.detail)
    others?.postMessage(event.detail)
  })
  part('idle').querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(event.target.action, { method: 'POST', body: new URLSearchParams(new FormData(event.target)), redirect: 'error' })
      if (!answer.ok) return cover()
      const limits = await answer.json()
      set(limits)
      others?.postMessage(limits)
    } catch {
      // No connection, or nobody signed in any more: the end comes at its time.
      box.close()
    }
  })
  part('close').addEventListener('click', () => box.close())
  // A browser lets nobody keep Escape from closing a dialog: it is opened again.
  box.addEventListener('close', () => { if (over) box.showModal() })
  window.setInterval(look, 1000)
  document.addEventListener('visibilitychange', look)
  look()
}

// The reference of what was sent, for whoever pastes it into another system. Without a clipboard there is no button.
for (const place of document.querySelectorAll('[data-app-copy]')) {
  if (!navigator.clipboard) break
  place.hidden = false
  const said = place.querySelector('[role="status"]')
  place.querySelector('button').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(place.dataset.appCopy)
      said.textContent = 'Copied.'
    } catch {
      said.textContent = 'It could not be copied. Write it down.'
    }
  })
}

// A page shown again from the browser's memory must accept its buttons again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload()
})
