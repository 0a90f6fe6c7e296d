/** 常用语 of an institution, which all its people may pick into their opinions. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { keepInstitutionPhrases, phrases } from '../api/paper'
import { particular } from '../api/problem'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { admin } from '../i18n/administration'
import { useInstitutions } from './choices'

export default function PhrasesPage() {
  const found = useResource('phrases', phrases)
  const places = useInstitutions()
  const chosen = useSignal('')
  const kept = found.content.value
  if (!kept) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const lines = new Map(kept.institutions.map(({ institution, phrases: offered }) => [institution.code, offered]))
  const words = (code: string, name: string): string => (lines.get(code)?.length ? admin('phrases.has', { name, n: lines.get(code)!.length }) : name)
  const name = places.find(([code]) => code === chosen.value)?.[1]
  return (
    <>
      <p class="d2">{admin('phrases.hint')}</p>
      <label class="fld org-search"><span class="l">{admin('institution')}</span>
        <select class="in" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          <option value="">{admin('phrases.choose')}</option>
          {places.map(([code, called]) => <option key={code} value={code}>{words(code, called)}</option>)}
        </select>
      </label>
      {name && <Editor key={chosen.value} code={chosen.value} name={name} lines={lines.get(chosen.value) ?? []} reload={found.load} />}
    </>
  )
}

function Editor({ code, name, lines, reload }: { code: string; name: string; lines: string[]; reload: () => Promise<void> }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const error = useSignal('')
  const save = async () => {
    error.value = ''
    try {
      await keepInstitutionPhrases(code, field.current!.value.split('\n').map((line) => line.trim()).filter(Boolean))
      say(admin('phrases.saved', { name }))
      await reload()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  return (
    <div class="fld org-search">
      <label for="phrases-lines">{admin('phrases.lines', { name })}</label>
      <textarea class="in" id="phrases-lines" rows={10} ref={field} defaultValue={lines.join('\n')} />
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      <p><button type="button" class="btn pri" onClick={() => void save()}>{admin('phrases.save')}</button></p>
    </div>
  )
}
