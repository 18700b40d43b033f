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

// A section saves itself while it is written: on the server and nowhere else. A failure changes nothing; the button says why.
const EVERY = 20000
for (const form of document.querySelectorAll('form[data-app-autosave]')) {
  const said = form.querySelector('[data-app-saved]')
  const typed = () => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== 'revision')).toString()
  let saved = typed()
  let running = null
  let stopped = false
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
  // A saving on its way is waited for: the button's own must follow it.
  form.addEventListener('submit', (event) => {
    if (!running) {
      stopped = true
      return
    }
    event.preventDefault()
    running.finally(() => form.requestSubmit(event.submitter))
  })
}

// A page shown again from the browser's memory must accept its buttons again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload()
})
