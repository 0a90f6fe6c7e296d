/** 打印: the case itself, and the documents of its process, each as a PDF that the browser stores. */
import { useSignal } from '@preact/signals'
import { documentAddress, documents, printAddress } from '../api/calls'
import { sentence } from '../api/problem'
import type { DocumentChoice } from '../api/types'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { either, language, t } from '../i18n'

/** What can be printed; a case without documents is printed at once and gives null. */
export async function printables(instanceId: string): Promise<DocumentChoice[] | null> {
  try {
    const found = await documents(instanceId)
    if (found.length) return found
    store(printAddress(instanceId, language.value))
  } catch (failure) {
    say(sentence(failure))
  }
  return null
}

export function PrintDialog({ instanceId, choices, onClose }: { instanceId: string; choices: DocumentChoice[]; onClose: () => void }) {
  return (
    <Dialog title={t('case.print')} shape="sheet" onClose={onClose}>
      <ul class="papers">
        {choices.map((choice) => (
          <li key={choice.id}>
            <a class="btn" href={documentAddress(instanceId, choice.id, language.value)} download>{either(choice.title, choice.titleEn)}</a>
          </li>
        ))}
        <li><a class="btn" href={printAddress(instanceId, language.value)} download>{either('案件全文（表单、意见、经过）', 'The whole case (forms, decisions, events)')}</a></li>
      </ul>
    </Dialog>
  )
}

export function PrintButton({ instanceId }: { instanceId: string }) {
  const choices = useSignal<DocumentChoice[] | null>(null)
  return (
    <>
      <button type="button" class="btn sm" onClick={() => void printables(instanceId).then((found) => (choices.value = found))}>{t('case.print')}</button>
      {choices.value && <PrintDialog instanceId={instanceId} choices={choices.value} onClose={() => (choices.value = null)} />}
    </>
  )
}

function store(address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
